/* What the files of the accelerator share; module.c says what goes in and what comes out. */

#ifndef PRISMONGO_ROWS_H
#define PRISMONGO_ROWS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <datetime.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if PY_BIG_ENDIAN
#error "BSON is little endian, and so is this reader; without it the Python path serves."
#endif

/* --- bson.c: documents and their elements --- */

typedef enum {
    DOUBLE = 0x01,
    STRING = 0x02,
    DOCUMENT = 0x03,
    ARRAY = 0x04,
    BINARY = 0x05,
    OBJECT_ID = 0x07,
    BOOLEAN = 0x08,
    DATE = 0x09,
    NULL_VALUE = 0x0a,
    INT32 = 0x10,
    TIMESTAMP = 0x11,
    INT64 = 0x12,
    DECIMAL128 = 0x13,
} BsonType;

/* What is left of a document or an array. */
typedef struct {
    const uint8_t *at, *end;
} Elements;

/* One key and its value. `start` is where the element begins, which is its type. */
typedef struct {
    uint8_t type;
    const uint8_t *start;
    const char *key;
    Py_ssize_t key_size;
    const uint8_t *value;
    Py_ssize_t size;
} Element;

typedef enum { FOUND, AT_END, MALFORMED } Next;

int32_t int32_at(const uint8_t *bytes);
int64_t int64_at(const uint8_t *bytes);

/* The elements of the document that begins at `bytes`; false if it does not end within `room`. */
bool open_document(Elements *elements, const uint8_t *bytes, Py_ssize_t room);

/* The next element, within its document. Types that only drivers of the past wrote are malformed. */
Next next_element(Elements *elements, Element *element);

/* Whether PyMongo decodes the document without an error, to what its types alone say. */
bool is_plain(Elements elements, bool is_array, int depth);

/* --- the types --- */

typedef struct {
    PyTypeObject *row, *reader;
    PyDateTime_CAPI *dates;
    PyObject *decoded, *object_id; /* names of what the classes of rows have */
} State;

/* A dict whose values are still in `document`, a part of `batch`. The dict holds what was put there
 * and what was asked for; all of it once `is_whole`. Without a batch the row is a dict like others.
 * `last_reader` is what has read it, and `noted`, if it has done so twice, the values that it made: a
 * record to which many others refer is read for each of them. */
typedef struct {
    PyDictObject values;
    PyObject *batch, *last_reader, *noted;
    Elements document;
    bool is_whole;
    uint8_t asked;
} Row;

extern PyModuleDef module_definition;
extern PyType_Spec row_spec, reader_spec;

/* row.c */
PyObject *split(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
PyObject *match_keys(PyObject *module, PyObject *const *arguments, Py_ssize_t count);
bool is_stored(const State *state, PyObject *row); /* whether its values are those of a document */
PyObject *decoded_alone(const State *state, PyObject *row, const Element *element);
int fill(const State *state, Row *row);

/* scalars.c: values, or NULL: without an error set, the value is not one that is expected */
PyObject *text_of(const Element *element);
PyObject *boolean_of(const Element *element);
PyObject *whole_of(const Element *element);
PyObject *float_of(const Element *element);
PyObject *moment_of(const State *state, const Element *element);
PyObject *member_of(PyObject *members, const Element *element);

#endif
