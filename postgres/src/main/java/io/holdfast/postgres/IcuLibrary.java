package io.holdfast.postgres;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The ICU that a server is linked with, loaded into this process to ask for the versions of its
 * collations just as the server does. Several versions of ICU do not disturb each other: the names
 * of their files and functions end in the version. Stays loaded.
 */
final class IcuLibrary {
  private static final Pattern NAME = Pattern.compile("libicui18n\\.so\\.(\\d{1,3})");
  private static final long LARGEST_PROGRAM = 128 << 20;
  private static final int VERSION_FIELDS = 4;

  private final MethodHandle open;
  private final MethodHandle getVersion;
  private final MethodHandle close;

  private IcuLibrary(SymbolLookup functions, String major) {
    open =
        link(
            functions,
            "ucol_open_" + major,
            FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.ADDRESS, ValueLayout.ADDRESS));
    getVersion =
        link(
            functions,
            "ucol_getVersion_" + major,
            FunctionDescriptor.ofVoid(ValueLayout.ADDRESS, ValueLayout.ADDRESS));
    close = link(functions, "ucol_close_" + major, FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));
  }

  private static MethodHandle link(SymbolLookup functions, String name, FunctionDescriptor type) {
    return Linker.nativeLinker().downcallHandle(functions.findOrThrow(name), type);
  }

  /** The one of a server's programs; nothing if they have none or it cannot be loaded. */
  static Optional<IcuLibrary> of(ServerBinaries server) {
    try {
      Path program = server.program("postgres");
      if (Files.size(program) > LARGEST_PROGRAM) {
        return Optional.empty();
      }
      // The names of needed libraries are in the program as text.
      Matcher name = NAME.matcher(Files.readString(program, StandardCharsets.ISO_8859_1));
      return name.find() ? Optional.of(load(server, name.group(1))) : Optional.empty();
    } catch (IOException | IllegalArgumentException | NoSuchElementException e) {
      // Unreadable, or a library is missing or another one: nothing to compare with.
      return Optional.empty();
    }
  }

  private static IcuLibrary load(ServerBinaries server, String major) {
    SymbolLookup last = null;
    // In this order: each needs those before it, and finds them by their names once loaded.
    for (String part : new String[] {"libicudata", "libicuuc", "libicui18n"}) {
      String file = part + ".so." + major;
      Path own = server.directory().resolveSibling("lib").resolve(file);
      last =
          Files.exists(own)
              ? SymbolLookup.libraryLookup(own, Arena.global())
              : SymbolLookup.libraryLookup(file, Arena.global());
    }
    if (last == null) {
      throw new IllegalStateException("no part was loaded");
    }
    return new IcuLibrary(last, major);
  }

  /** The version of the order for a locale; nothing if ICU knows no such locale. */
  Optional<String> collationVersion(String locale) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment error = arena.allocate(ValueLayout.JAVA_INT);
      MemorySegment collator = (MemorySegment) open.invokeExact(arena.allocateFrom(locale), error);
      if (collator.address() == 0 || error.get(ValueLayout.JAVA_INT, 0) > 0) {
        return Optional.empty();
      }
      MemorySegment version = arena.allocate(VERSION_FIELDS);
      getVersion.invokeExact(collator, version);
      close.invokeExact(collator);
      return Optional.of(text(version.toArray(ValueLayout.JAVA_BYTE)));
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable e) {
      throw new IllegalStateException("ICU threw", e);
    }
  }

  /** As u_versionToString has it: without zeros at the end, but two fields at least. */
  static String text(byte[] version) {
    int fields = VERSION_FIELDS;
    while (fields > 2 && version[fields - 1] == 0) {
      fields--;
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < fields; i++) {
      text.append(i == 0 ? "" : ".").append(version[i] & 0xff);
    }
    return text.toString();
  }
}
