# shellcheck shell=sh
# Sourced by ./holdfast and ./test. find_jdk MAJOR prints the home of a JDK of that major version or a
# later one, or fails. Versions come from each JDK's "release" file, so that no JVM is started to look.

jdk_major() { # HOME -> major version, or nothing when there is no JDK
    [ -x "$1/bin/java" ] && [ -x "$1/bin/javac" ] || return 0
    if [ -r "$1/release" ]; then
        sed -n 's/^JAVA_VERSION="\{0,1\}\([0-9][0-9]*\).*/\1/p' "$1/release"
    else
        "$1/bin/java" -version 2>&1 | sed -n '1s/^[^"]*"\([0-9][0-9]*\).*/\1/p'
    fi
}

jdk_on_path() {
    java=$(command -v java) || return 0
    java=$(readlink -f -- "$java") || return 0
    case $java in */bin/java) printf '%s\n' "${java%/bin/java}" ;; esac
}

find_jdk() {
    wanted=$1
    for candidate in "${JAVA_HOME:-}" "$(jdk_on_path)" \
        /usr/lib/jvm/* /usr/lib64/jvm/* /usr/java/* /opt/java/* /opt/*jdk* /usr/local/*jdk* \
        "${HOME:-/}"/.sdkman/candidates/java/* "${HOME:-/}"/.asdf/installs/java/* \
        "${HOME:-/}"/.local/share/mise/installs/java/* "${HOME:-/}"/.jdks/*; do
        [ -n "$candidate" ] || continue
        major=$(jdk_major "$candidate")
        if [ -n "$major" ] && [ "$major" -ge "$wanted" ]; then
            printf '%s\n' "$candidate"
            return 0
        fi
    done
    return 1
}

explain_no_jdk() { # MAJOR
    cat >&2 <<END
holdfast: no JDK $1 or later found (looked at JAVA_HOME, PATH, /usr/lib/jvm and other usual places).
Install one and try again, for example:
  Debian 13, Ubuntu 24.04+   apt-get install openjdk-$1-jdk
  Debian 12 and others       Eclipse Temurin $1 from adoptium.net (package temurin-$1-jdk, or unpack the archive under /usr/lib/jvm)
  Fedora                     dnf install java-$1-openjdk-devel
  SDKMAN                     sdk install java $1-tem
Or set JAVA_HOME to where it is.
END
}
