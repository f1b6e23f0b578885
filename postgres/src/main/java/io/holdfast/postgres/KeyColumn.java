package io.holdfast.postgres;

/**
 * A column of a primary key.
 *
 * @param attribute its name as it is
 * @param name as SQL writes it
 * @param type without its length: a value that is longer is no value of the key
 * @param sorted whether its order comes from a library, which may be another one here
 */
public record KeyColumn(String attribute, String name, String type, boolean sorted) {}
