/* BSON: the elements of documents, and whether the driver decodes a document as it stands.
 *
 * Nothing is read beyond the end of the buffer, whatever the lengths in it say.
 */

#include "rows.h"

#define DEEPEST 64 /* the server allows 100; what is deeper is left to the driver */

int32_t int32_at(const uint8_t *bytes)
{
    int32_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

int64_t int64_at(const uint8_t *bytes)
{
    int64_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

bool open_document(Elements *elements, const uint8_t *bytes, Py_ssize_t room)
{
    if (room < 5)
        return false;
    int32_t size = int32_at(bytes);
    if (size < 5 || size > room || bytes[size - 1] != 0)
        return false;
    elements->at = bytes + 4;
    elements->end = bytes + size - 1;
    return true;
}

/* The bytes of a value; -1 if it does not end within `room`, or is of a type not known here. */
static Py_ssize_t size_of(uint8_t type, const uint8_t *value, Py_ssize_t room)
{
    Py_ssize_t size;
    switch (type) {
    case NULL_VALUE:
        return 0;
    case BOOLEAN:
        size = 1;
        break;
    case INT32:
        size = 4;
        break;
    case DOUBLE: case DATE: case TIMESTAMP: case INT64:
        size = 8;
        break;
    case OBJECT_ID:
        size = 12;
        break;
    case DECIMAL128:
        size = 16;
        break;
    case STRING:
        if (room < 5 || int32_at(value) < 1)
            return -1;
        size = 4 + (Py_ssize_t)int32_at(value);
        return size <= room && value[size - 1] == 0 ? size : -1;
    case BINARY:
        if (room < 5 || int32_at(value) < 0)
            return -1;
        size = 5 + (Py_ssize_t)int32_at(value);
        break;
    case DOCUMENT: case ARRAY:
        if (room < 5 || int32_at(value) < 5)
            return -1;
        size = int32_at(value);
        return size <= room && value[size - 1] == 0 ? size : -1;
    default:
        return -1;
    }
    return size <= room ? size : -1;
}

Next next_element(Elements *elements, Element *element)
{
    const uint8_t *at = elements->at, *end = elements->end;
    if (at == end)
        return AT_END;
    const uint8_t *key_end = memchr(at + 1, 0, end - at - 1);
    if (key_end == NULL)
        return MALFORMED;
    element->type = *at;
    element->start = at;
    element->key = (const char *)at + 1;
    element->key_size = key_end - at - 1;
    element->value = key_end + 1;
    element->size = size_of(*at, element->value, end - element->value);
    if (element->size < 0)
        return MALFORMED;
    elements->at = element->value + element->size;
    return FOUND;
}

/* --- what is plain --- */

/* The bytes of the character that begins here; 0 if it is none of UTF-8 as Python has it. */
static int character_size(const uint8_t *text, const uint8_t *end)
{
    uint8_t first = text[0];
    int size = first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
    if (size == 0 || end - text < size)
        return 0;
    uint8_t least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80; /* else it is too long */
    uint8_t most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;  /* else a surrogate */
    if (text[1] < least || text[1] > most)
        return 0;
    for (int i = 2; i < size; i++)
        if ((text[i] & 0xc0) != 0x80)
            return 0;
    return size;
}

static bool is_utf8(const uint8_t *text, Py_ssize_t size)
{
    const uint8_t *end = text + size;
    while (text < end) {
        uint64_t eight;
        if (end - text >= 8 && (memcpy(&eight, text, 8), (eight & UINT64_C(0x8080808080808080)) == 0))
            text += 8;
        else if (*text < 0x80)
            text += 1;
        else {
            int character = character_size(text, end);
            if (character == 0)
                return false;
            text += character;
        }
    }
    return true;
}

static bool is_plain_value(const Element *element, int depth)
{
    Elements inner;
    switch (element->type) {
    case STRING:
        return is_utf8(element->value + 4, element->size - 5);
    case BOOLEAN:
        return *element->value < 2;
    case BINARY:
        return element->value[4] != 2; /* an old form, which holds its length twice */
    case DOCUMENT: case ARRAY:
        return open_document(&inner, element->value, element->size)
            && is_plain(inner, element->type == ARRAY, depth + 1);
    default:
        return true;
    }
}

bool is_plain(Elements elements, bool is_array, int depth)
{
    if (depth > DEEPEST)
        return false;
    Element element;
    Next next;
    while ((next = next_element(&elements, &element)) == FOUND) {
        /* A `$` begins the names of what the driver makes a DBRef of. */
        if (!is_array && element.key[0] == '$')
            return false;
        if (!is_utf8((const uint8_t *)element.key, element.key_size))
            return false;
        if (!is_plain_value(&element, depth))
            return false;
    }
    return next == AT_END;
}
