/* Rows of a reply: dicts that decode a value when it is asked for.
 *
 * A plan asks a row for the keys of relations, and a Reader (reader.c) takes the values from the
 * bytes. Whoever asks for more gets a whole dict, decoded by the driver.
 */

#include "rows.h"

#define FEW 4 /* values that are decoded one by one; then all of them are */

static State *state_of(PyObject *row)
{
    PyObject *module = PyType_GetModuleByDef(Py_TYPE(row), &module_definition);
    return module == NULL ? NULL : PyModule_GetState(module);
}

/* What the class of the row makes of a document: `decoded(document)`, a dict. */
static PyObject *decoded(const State *state, PyObject *row, PyObject *document)
{
    if (document == NULL)
        return NULL;
    PyObject *values = PyObject_CallMethodOneArg(row, state->decoded, document);
    Py_DECREF(document);
    if (values != NULL && !PyDict_Check(values)) {
        PyErr_SetString(PyExc_TypeError, "a document is decoded to a dict");
        Py_CLEAR(values);
    }
    return values;
}

/* A document that has the element alone, decoded. */
PyObject *decoded_alone(const State *state, PyObject *row, const Element *element)
{
    Py_ssize_t inner = element->value + element->size - element->start;
    int32_t size = (int32_t)(4 + inner + 1);
    PyObject *document = PyBytes_FromStringAndSize(NULL, size);
    if (document != NULL) {
        char *bytes = PyBytes_AS_STRING(document);
        memcpy(bytes, &size, 4);
        memcpy(bytes + 4, element->start, inner);
        bytes[4 + inner] = 0;
    }
    return decoded(state, row, document);
}

bool is_stored(const State *state, PyObject *row)
{
    return PyObject_TypeCheck(row, state->row) && ((Row *)row)->batch != NULL;
}

/* Decode all values that the dict does not have yet. */
int fill(const State *state, Row *row)
{
    if (row->batch == NULL || row->is_whole)
        return 0;
    const uint8_t *start = row->document.at - 4;
    Py_ssize_t size = row->document.end + 1 - start;
    PyObject *document = PyBytes_FromStringAndSize((const char *)start, size);
    PyObject *values = decoded(state, (PyObject *)row, document);
    if (values == NULL)
        return -1;
    int failed = PyDict_Merge((PyObject *)row, values, 0);
    Py_DECREF(values);
    if (failed == 0)
        row->is_whole = true;
    return failed;
}

/* The element of a name; of several the last, as the driver has it. */
static Next find(const Row *row, PyObject *name, Element *found)
{
    Py_ssize_t size;
    const char *key = PyUnicode_AsUTF8AndSize(name, &size);
    if (key == NULL)
        return MALFORMED;
    Elements elements = row->document;
    Element element;
    Next answer = AT_END;
    while (next_element(&elements, &element) == FOUND)
        if (element.key_size == size && memcmp(element.key, key, size) == 0) {
            *found = element;
            answer = FOUND;
        }
    return answer;
}

/* A value of a type that keys of relations nearly always have, as the driver decodes it; NULL
 * without an error: it is of another type. */
static PyObject *key_of(const State *state, PyObject *row, const Element *element)
{
    switch (element->type) {
    case STRING:
        return text_of(element);
    case INT32:
        return whole_of(element);
    case OBJECT_ID: {
        PyObject *kind = PyObject_GetAttr(row, state->object_id);
        PyObject *key
            = kind ? PyObject_CallFunction(kind, "y#", element->value, (Py_ssize_t)12) : NULL;
        Py_XDECREF(kind);
        return key;
    }
    default:
        return NULL;
    }
}

/* Put the value of a name into the dict, and return it, borrowed; NULL without an error: none. */
static PyObject *decode_value(const State *state, Row *row, PyObject *name)
{
    Element element;
    if (find(row, name, &element) != FOUND)
        return NULL;
    PyObject *key = key_of(state, (PyObject *)row, &element);
    if (key != NULL) {
        int failed = PyDict_SetItem((PyObject *)row, name, key);
        Py_DECREF(key); /* the dict has it */
        return failed ? NULL : key;
    }
    if (PyErr_Occurred())
        return NULL;
    PyObject *values = decoded_alone(state, (PyObject *)row, &element);
    if (values == NULL)
        return NULL;
    int failed = PyDict_Merge((PyObject *)row, values, 0);
    Py_DECREF(values);
    return failed ? NULL : PyDict_GetItemWithError((PyObject *)row, name);
}

/* The value of a name, borrowed; NULL without an error: there is none. */
static PyObject *value_at(Row *row, PyObject *name)
{
    PyObject *value = PyDict_GetItemWithError((PyObject *)row, name);
    if (value != NULL || PyErr_Occurred() || row->batch == NULL || row->is_whole)
        return value;
    State *state = state_of((PyObject *)row);
    if (state == NULL)
        return NULL;
    if (PyUnicode_Check(name) && row->asked < FEW) {
        row->asked++;
        return decode_value(state, row, name);
    }
    return fill(state, row) ? NULL : PyDict_GetItemWithError((PyObject *)row, name);
}

static PyObject *row_subscript(PyObject *self, PyObject *name)
{
    PyObject *value = value_at((Row *)self, name);
    if (value == NULL && !PyErr_Occurred())
        PyErr_SetObject(PyExc_KeyError, name);
    return Py_XNewRef(value);
}

static PyObject *row_get(PyObject *self, PyObject *const *arguments, Py_ssize_t count)
{
    if (count < 1 || count > 2)
        return PyErr_Format(PyExc_TypeError, "get(name, default=None)");
    PyObject *value = value_at((Row *)self, arguments[0]);
    if (value == NULL && !PyErr_Occurred())
        value = count == 2 ? arguments[1] : Py_None;
    return Py_XNewRef(value);
}

static PyObject *row_fill(PyObject *self, PyObject *unused)
{
    State *state = state_of(self);
    if (state == NULL || fill(state, (Row *)self))
        return NULL;
    Py_RETURN_NONE;
}

/* Make it a dict like others: its values are no longer those of the document. */
static int detach(PyObject *self)
{
    State *state = state_of(self);
    if (state == NULL || fill(state, (Row *)self))
        return -1;
    Py_CLEAR(((Row *)self)->batch);
    return 0;
}

static PyObject *row_detach(PyObject *self, PyObject *unused)
{
    if (detach(self))
        return NULL;
    Py_RETURN_NONE;
}

/* A name that begins with NUL is of the plan, and never one of the document's. */
static int row_set(PyObject *self, PyObject *name, PyObject *value)
{
    bool is_beside = PyUnicode_Check(name) && PyUnicode_GET_LENGTH(name) > 0
        && PyUnicode_READ_CHAR(name, 0) == 0;
    if (!is_beside && detach(self))
        return -1;
    return value == NULL ? PyDict_DelItem(self, name) : PyDict_SetItem(self, name, value);
}

static int row_clear(PyObject *self)
{
    Row *row = (Row *)self;
    Py_CLEAR(row->last_reader);
    Py_CLEAR(row->noted);
    return PyDict_Type.tp_clear(self);
}

static void row_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Py_CLEAR(((Row *)self)->batch);
    Py_CLEAR(((Row *)self)->last_reader);
    Py_CLEAR(((Row *)self)->noted);
    PyDict_Type.tp_dealloc(self);
    Py_DECREF(type);
}

static int row_traverse(PyObject *self, visitproc visit, void *arg)
{
    Row *row = (Row *)self;
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(row->last_reader);
    Py_VISIT(row->noted);
    return PyDict_Type.tp_traverse(self, visit, arg);
}

/* By what a row is matched with related rows: the bytes of an ObjectId, or what Python says. */
static PyObject *match_key(const State *state, PyObject *row, PyObject *name, PyObject *read)
{
    Element element;
    if (is_stored(state, row) && find((Row *)row, name, &element) == FOUND && element.type == OBJECT_ID)
        return PyBytes_FromStringAndSize((const char *)element.value, element.size);
    if (PyErr_Occurred())
        return NULL;
    return PyObject_CallFunctionObjArgs(read, row, name, NULL);
}

/* match_keys(rows, name, read) → a key for each row, which is `read(row, name)` where the value is
 * not an ObjectId in bytes. */
PyObject *match_keys(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    State *state = PyModule_GetState(module);
    if (count != 3 || !PyList_Check(arguments[0]) || !PyUnicode_Check(arguments[1]))
        return PyErr_Format(PyExc_TypeError, "match_keys(rows, name, read)");
    PyObject *rows = arguments[0], *keys = PyList_New(0);
    for (Py_ssize_t i = 0; keys != NULL && i < PyList_GET_SIZE(rows); i++) {
        PyObject *row = Py_NewRef(PyList_GET_ITEM(rows, i));
        PyObject *key = match_key(state, row, arguments[1], arguments[2]);
        Py_DECREF(row);
        if (key == NULL || PyList_Append(keys, key))
            Py_CLEAR(keys);
        Py_XDECREF(key);
    }
    return keys;
}

static PyMethodDef row_methods[] = {
    {"get", (PyCFunction)(void (*)(void))row_get, METH_FASTCALL, NULL},
    {"fill", row_fill, METH_NOARGS, "Decode all values that are not decoded yet."},
    {"detach", row_detach, METH_NOARGS, "The same; and the dict is what counts from now on."},
    {NULL},
};

static PyType_Slot row_slots[] = {
    {Py_tp_doc, "A stored document whose values are decoded when they are asked for."},
    {Py_tp_dealloc, row_dealloc},
    {Py_tp_traverse, row_traverse},
    {Py_tp_clear, row_clear},
    {Py_tp_methods, row_methods},
    {Py_mp_subscript, row_subscript},
    {Py_mp_ass_subscript, row_set},
    {0, NULL},
};

PyType_Spec row_spec = {
    .name = "prismongo.native._rows.Row",
    .basicsize = sizeof(Row),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC,
    .slots = row_slots,
};

/* --- replies --- */

static PyObject *new_row(PyTypeObject *kind, PyObject *batch, Elements document)
{
    PyObject *nothing = PyTuple_New(0);
    if (nothing == NULL)
        return NULL;
    Row *row = (Row *)PyDict_Type.tp_new(kind, nothing, NULL);
    Py_DECREF(nothing);
    if (row != NULL) {
        row->batch = Py_NewRef(batch);
        row->document = document;
    }
    return (PyObject *)row;
}

/* The row of an element of a batch; a document that is not plain is decoded at once. NULL without
 * an error: the element is no document. */
static PyObject *row_of(
    const State *state, PyTypeObject *kind, PyObject *batch, const Element *element)
{
    Elements document;
    if (element->type != DOCUMENT || !open_document(&document, element->value, element->size))
        return NULL;
    if (is_plain(document, false, 0))
        return new_row(kind, batch, document);
    PyObject *bytes = PyBytes_FromStringAndSize((const char *)element->value, element->size);
    return decoded(state, (PyObject *)kind, bytes);
}

/* The rows of a batch; NULL without an error: it is no array of documents. */
static PyObject *rows_of(const State *state, PyTypeObject *kind, PyObject *batch)
{
    Elements elements;
    Element element;
    Next next = MALFORMED;
    if (!open_document(&elements, (uint8_t *)PyBytes_AS_STRING(batch), PyBytes_GET_SIZE(batch)))
        return NULL;
    PyObject *rows = PyList_New(0);
    while (rows != NULL && (next = next_element(&elements, &element)) == FOUND) {
        PyObject *row = row_of(state, kind, batch, &element);
        if (row == NULL || PyList_Append(rows, row))
            Py_CLEAR(rows);
        Py_XDECREF(row);
    }
    if (next == MALFORMED)
        Py_CLEAR(rows);
    return rows;
}

static bool is_named(const Element *element, BsonType type, const char *name)
{
    return element->type == type && strcmp(element->key, name) == 0;
}

/* Find `cursor.firstBatch` or `cursor.nextBatch` of a reply. */
static bool find_batch(Elements reply, Element *cursor, Element *batch)
{
    while (next_element(&reply, cursor) == FOUND) {
        Elements inner;
        if (!is_named(cursor, DOCUMENT, "cursor"))
            continue;
        if (!open_document(&inner, cursor->value, cursor->size))
            return false;
        while (next_element(&inner, batch) == FOUND)
            if (is_named(batch, ARRAY, "firstBatch") || is_named(batch, ARRAY, "nextBatch"))
                return true;
    }
    return false;
}

static void write_size(char *at, Py_ssize_t size)
{
    int32_t value = (int32_t)size;
    memcpy(at, &value, sizeof value);
}

/* The reply with an empty array in place of its batch. */
static PyObject *without_batch(const Py_buffer *reply, const Element *cursor, const Element *batch)
{
    static const char empty[] = {5, 0, 0, 0, 0};
    const char *start = reply->buf;
    Py_ssize_t before = (const char *)batch->value - start;
    Py_ssize_t cut = batch->size - (Py_ssize_t)sizeof empty;
    PyObject *rest = PyBytes_FromStringAndSize(NULL, reply->len - cut);
    if (rest == NULL)
        return NULL;
    char *bytes = PyBytes_AS_STRING(rest);
    memcpy(bytes, start, before);
    memcpy(bytes + before, empty, sizeof empty);
    memcpy(bytes + before + sizeof empty, start + before + batch->size,
           reply->len - before - batch->size);
    write_size(bytes, reply->len - cut);
    write_size(bytes + ((const char *)cursor->value - start), cursor->size - cut);
    return rest;
}

static PyObject *split_reply(const State *state, const Py_buffer *reply, PyTypeObject *kind)
{
    Elements elements;
    Element cursor, batch;
    if (!open_document(&elements, reply->buf, reply->len)
        || elements.end + 1 - (uint8_t *)reply->buf != reply->len
        || !find_batch(elements, &cursor, &batch))
        Py_RETURN_NONE;
    PyObject *rest = without_batch(reply, &cursor, &batch);
    PyObject *bytes = PyBytes_FromStringAndSize((const char *)batch.value, batch.size);
    PyObject *rows = rest && bytes ? rows_of(state, kind, bytes) : NULL;
    PyObject *parts = rows ? Py_BuildValue("(OsO)", rest, batch.key, rows) : NULL;
    if (parts == NULL && !PyErr_Occurred())
        parts = Py_NewRef(Py_None);
    Py_XDECREF(rest);
    Py_XDECREF(bytes);
    Py_XDECREF(rows);
    return parts;
}

/* split(reply, kind) → (the reply without its batch, the batch's name, its rows); None of another
 * reply, an error say. The rows are copies: the driver may write its buffer again. */
PyObject *split(PyObject *module, PyObject *const *arguments, Py_ssize_t count)
{
    State *state = PyModule_GetState(module);
    if (count != 2 || !PyType_Check(arguments[1])
        || !PyType_IsSubtype((PyTypeObject *)arguments[1], state->row))
        return PyErr_Format(PyExc_TypeError, "split(reply, class of the rows)");
    Py_buffer reply;
    if (PyObject_GetBuffer(arguments[0], &reply, PyBUF_SIMPLE))
        return NULL;
    PyObject *parts = split_reply(state, &reply, (PyTypeObject *)arguments[1]);
    PyBuffer_Release(&reply);
    return parts;
}
