/* Reader: instances of one class, for one selection, from rows.
 *
 * Its columns are in the order of the selection, which is mostly the order in documents, so the
 * column of an element is looked for after the one before. An instance is made as pydantic makes
 * it, with the values of its fields in a copy of `blank`. Of a row that is read again and again,
 * because many records refer to it, the values are copied.
 */

#include "rows.h"

#define MOST_COLUMNS 256

typedef enum { TEXT, TRUTH, WHOLE, FLOAT, MOMENT, ENUM, COMPOSITE, OTHER, BESIDE, KINDS } Kind;

static const char *const KIND_NAMES[KINDS] = {
    "text", "boolean", "whole", "float", "moment", "enum", "composite", "other", "beside",
};

/* How a field that is null or missing is read. */
typedef enum { IS_NONE, IS_LIST, IS_REQUIRED, HAS_DEFAULT, ABSENCES } Absence;

static const char *const ABSENCE_NAMES[ABSENCES] = {"none", "list", "required", "default"};

/* One field. `read(document)` is the Python path of it; `more` has the members of an enum, a dict,
 * or the Reader of a composite, alone in a list: that of a type within itself is put there later. */
typedef struct {
    PyObject *name, *key, *read, *more;
    Kind kind;
    Absence absence;
    bool is_list;
} Column;

typedef struct {
    PyObject_HEAD
    State *state;
    PyTypeObject *kind;
    PyObject *blank;    /* field → value of what no column says, in the order of the class */
    PyObject *names;    /* the set of the fields that are set */
    bool shares_names;  /* whether all instances have that very set */
    bool can_copy;      /* whether no value can change but the lists, of values that cannot */
    PyObject *slots[3]; /* descriptors: __pydantic_fields_set__, …extra__, …private__ */
    PyObject *one, *many; /* the Python path */
    Py_ssize_t count;
    Column *columns;
} Reader;

/* --- one value --- */

static PyObject *read_document(const Reader *reader, Elements elements, PyObject *row);

/* A composite may stand within itself: a document that is nested deeper than `is_plain` allows is
 * not read here, which bounds the calls. */
static PyObject *composite_of(
    const Reader *reader, const Column *column, const Element *element, PyObject *row)
{
    Elements elements;
    if (column->more == NULL || PyList_GET_SIZE(column->more) != 1 || element->type != DOCUMENT
        || !open_document(&elements, element->value, element->size))
        return NULL;
    PyObject *inner = Py_NewRef(PyList_GET_ITEM(column->more, 0));
    PyObject *value = Py_IS_TYPE(inner, Py_TYPE(reader))
        ? read_document((Reader *)inner, elements, row) : NULL;
    Py_DECREF(inner);
    return value;
}

/* One value; NULL without an error where it is not one that is expected. */
static PyObject *value_of(
    const Reader *reader, const Column *column, const Element *element, PyObject *row)
{
    switch (column->kind) {
    case TEXT:
        return text_of(element);
    case TRUTH:
        return boolean_of(element);
    case WHOLE:
        return whole_of(element);
    case FLOAT:
        return float_of(element);
    case MOMENT:
        return moment_of(reader->state, element);
    case ENUM:
        return member_of(column->more, element);
    case COMPOSITE:
        return composite_of(reader, column, element, row);
    case OTHER: case BESIDE: case KINDS:
        break;
    }
    return NULL;
}

static PyObject *list_of(
    const Reader *reader, const Column *column, const Element *element, PyObject *row)
{
    Elements elements;
    Element item;
    Next next = MALFORMED;
    if (element->type != ARRAY || !open_document(&elements, element->value, element->size))
        return NULL;
    PyObject *list = PyList_New(0);
    while (list != NULL && (next = next_element(&elements, &item)) == FOUND) {
        PyObject *value = value_of(reader, column, &item, row);
        if (value == NULL || PyList_Append(list, value))
            Py_CLEAR(list);
        Py_XDECREF(value);
    }
    if (next == MALFORMED)
        Py_CLEAR(list);
    return list;
}

/* What Python reads in a document that has nothing but this field; NULL where it raises an error,
 * which does not know the record. */
static PyObject *asked(const Column *column, PyObject *document)
{
    PyObject *value = document == NULL ? NULL : PyObject_CallOneArg(column->read, document);
    if (value == NULL && PyErr_ExceptionMatches(PyExc_Exception))
        PyErr_Clear();
    Py_XDECREF(document);
    return value;
}

static PyObject *stored_value(
    const Reader *reader, const Column *column, const Element *element, PyObject *row)
{
    if (column->kind == OTHER)
        return asked(column, decoded_alone(reader->state, row, element));
    if (column->is_list)
        return list_of(reader, column, element, row);
    return value_of(reader, column, element, row);
}

/* --- one record --- */

/* The column of an element; from `next`, where it mostly is. -1: it is not selected. */
static Py_ssize_t column_of(const Reader *reader, const Element *element, Py_ssize_t next)
{
    Py_ssize_t at = next;
    for (Py_ssize_t tried = 0; tried < reader->count; tried++, at++) {
        if (at >= reader->count)
            at = 0;
        PyObject *key = reader->columns[at].key;
        if (PyBytes_GET_SIZE(key) == element->key_size
            && memcmp(PyBytes_AS_STRING(key), element->key, element->key_size) == 0)
            return at;
    }
    return -1;
}

static int put(PyObject *values, const Column *column, PyObject *value)
{
    if (value == NULL)
        return -1;
    int failed = PyDict_SetItem(values, column->name, value);
    Py_DECREF(value);
    return failed;
}

/* Put the values of a document's elements; `seen` is which columns have one. */
static int put_stored(
    const Reader *reader, Elements elements, PyObject *row, PyObject *values, bool *seen)
{
    Element element;
    Next next;
    Py_ssize_t at = -1;
    while ((next = next_element(&elements, &element)) == FOUND) {
        Py_ssize_t found = column_of(reader, &element, at + 1);
        if (found < 0)
            continue;
        at = found;
        if (seen[at])
            return -1;
        seen[at] = element.type != NULL_VALUE;
        const Column *column = &reader->columns[at];
        if (seen[at] && put(values, column, stored_value(reader, column, &element, row)))
            return -1;
    }
    return next == AT_END ? 0 : -1;
}

static int put_absent(const Column *column, PyObject *values)
{
    switch (column->absence) {
    case IS_NONE: /* so it is in `blank` */
        return 0;
    case IS_LIST:
        return put(values, column, PyList_New(0));
    case HAS_DEFAULT:
        return put(values, column, asked(column, PyDict_New()));
    case IS_REQUIRED: case ABSENCES:
        break;
    }
    return -1;
}

static int put_beside(const Reader *reader, PyObject *row, PyObject *values)
{
    for (Py_ssize_t i = 0; i < reader->count; i++) {
        const Column *column = &reader->columns[i];
        if (column->kind == BESIDE && put(values, column, PyObject_CallOneArg(column->read, row)))
            return -1;
    }
    return 0;
}

/* Put what is null or missing, and then what plans have put beside the row: the errors of related
 * records come after those of the record. */
static int put_rest(const Reader *reader, PyObject *row, PyObject *values, const bool *seen)
{
    for (Py_ssize_t i = 0; i < reader->count; i++)
        if (!seen[i] && reader->columns[i].kind != BESIDE && put_absent(&reader->columns[i], values))
            return -1;
    return put_beside(reader, row, values);
}

static int set_slots(const Reader *reader, PyObject *instance)
{
    PyObject *names = reader->shares_names ? Py_NewRef(reader->names) : PySet_New(reader->names);
    if (names == NULL)
        return -1;
    PyObject *const values[] = {names, Py_None, Py_None};
    int failed = 0;
    for (int i = 0; i < 3 && !failed; i++)
        failed = Py_TYPE(reader->slots[i])->tp_descr_set(reader->slots[i], instance, values[i]);
    Py_DECREF(names);
    return failed;
}

static PyObject *instance_of(const Reader *reader, PyObject *values)
{
    PyObject *instance = reader->kind->tp_alloc(reader->kind, 0);
    if (instance != NULL
        && (PyObject_GenericSetDict(instance, values, NULL) || set_slots(reader, instance)))
        Py_CLEAR(instance);
    return instance;
}

/* The values of an instance. NULL without an error where the document holds anything unexpected. The
 * row is that of the record, also in a composite. */
static PyObject *values_of(const Reader *reader, Elements elements, PyObject *row)
{
    bool seen[MOST_COLUMNS];
    memset(seen, 0, reader->count * sizeof *seen);
    PyObject *values = PyDict_Copy(reader->blank);
    if (values != NULL
        && (put_stored(reader, elements, row, values, seen)
            || put_rest(reader, row, values, seen)))
        Py_CLEAR(values);
    return values;
}

static PyObject *instance_with(const Reader *reader, PyObject *values)
{
    PyObject *instance = values == NULL ? NULL : instance_of(reader, values);
    Py_XDECREF(values);
    return instance;
}

static PyObject *read_document(const Reader *reader, Elements elements, PyObject *row)
{
    return instance_with(reader, values_of(reader, elements, row));
}

/* --- one record again --- */

/* The same values; lists are new ones. */
static PyObject *copied(const Reader *reader, PyObject *values)
{
    PyObject *list, *copy = PyDict_Copy(values);
    for (Py_ssize_t i = 0; copy != NULL && i < reader->count; i++) {
        const Column *column = &reader->columns[i];
        if (column->is_list && (list = PyDict_GetItemWithError(copy, column->name)) != NULL
            && put(copy, column, PyList_GetSlice(list, 0, PyList_GET_SIZE(list))))
            Py_CLEAR(copy);
    }
    return copy;
}

/* At the first time note who has read the row, at the second the values. From the third time on they
 * are copied, but for what stands beside the row, which is read each time. */
static int note(const Reader *reader, Row *row, PyObject *values)
{
    if (row->last_reader == (PyObject *)reader) {
        Py_XSETREF(row->noted, copied(reader, values));
        return row->noted == NULL ? -1 : 0;
    }
    Py_XSETREF(row->last_reader, Py_NewRef(reader));
    Py_CLEAR(row->noted);
    return 0;
}

static PyObject *read_row(const Reader *reader, Row *row)
{
    if (!reader->can_copy)
        return read_document(reader, row->document, (PyObject *)row);
    PyObject *values;
    if (row->noted != NULL && row->last_reader == (PyObject *)reader) {
        values = copied(reader, row->noted);
        if (values != NULL && put_beside(reader, (PyObject *)row, values))
            Py_CLEAR(values);
    } else {
        values = values_of(reader, row->document, (PyObject *)row);
        if (values != NULL && note(reader, row, values))
            Py_CLEAR(values);
    }
    return instance_with(reader, values);
}

/* --- rows --- */

static PyObject *reader_one(PyObject *self, PyObject *row)
{
    const Reader *reader = (Reader *)self;
    if (!is_stored(reader->state, row))
        return PyObject_CallOneArg(reader->one, row);
    PyObject *instance = read_row(reader, (Row *)row);
    if (instance != NULL || PyErr_Occurred())
        return instance;
    return fill(reader->state, (Row *)row) ? NULL : PyObject_CallOneArg(reader->one, row);
}

static PyObject *reader_many(PyObject *self, PyObject *rows)
{
    const Reader *reader = (Reader *)self;
    if (!PyList_Check(rows)
        || (PyList_GET_SIZE(rows) > 0 && !is_stored(reader->state, PyList_GET_ITEM(rows, 0))))
        return PyObject_CallOneArg(reader->many, rows);
    PyObject *instances = PyList_New(0);
    for (Py_ssize_t i = 0; instances != NULL && i < PyList_GET_SIZE(rows); i++) {
        PyObject *row = Py_NewRef(PyList_GET_ITEM(rows, i));
        PyObject *instance = reader_one(self, row);
        Py_DECREF(row);
        if (instance == NULL || PyList_Append(instances, instance))
            Py_CLEAR(instances);
        Py_XDECREF(instance);
    }
    return instances;
}

/* --- life --- */

static int number_of(const char *name, const char *const *names, int count)
{
    for (int i = 0; i < count; i++)
        if (strcmp(name, names[i]) == 0)
            return i;
    PyErr_Format(PyExc_ValueError, "no such kind of column: %s", name);
    return -1;
}

static bool fits(const Column *column)
{
    if (column->is_list && column->absence != IS_LIST)
        return false;
    switch (column->kind) {
    case ENUM:
        return PyDict_Check(column->more);
    case COMPOSITE:
        return PyList_Check(column->more);
    default:
        return true;
    }
}

/* A column of (name, key, kind, absence, is_list, read, more). */
static int set_column(Column *column, PyObject *given)
{
    PyObject *name, *key, *read, *more;
    const char *kind, *absence;
    int is_list;
    if (!PyArg_ParseTuple(
            given, "USsspOO", &name, &key, &kind, &absence, &is_list, &read, &more))
        return -1;
    int kind_number = number_of(kind, KIND_NAMES, KINDS);
    int absence_number = number_of(absence, ABSENCE_NAMES, ABSENCES);
    if (kind_number < 0 || absence_number < 0)
        return -1;
    *column = (Column){
        Py_NewRef(name), Py_NewRef(key), Py_NewRef(read), Py_NewRef(more),
        kind_number, absence_number, is_list,
    };
    PyUnicode_InternInPlace(&column->name);
    if (fits(column))
        return 0;
    PyErr_SetString(PyExc_TypeError, "an enum has a dict of members, a composite a list; "
                                     "a list is absent as a list");
    return -1;
}

static int set_columns(Reader *reader, PyObject *columns)
{
    Py_ssize_t count = PyTuple_GET_SIZE(columns);
    if (count > MOST_COLUMNS) {
        PyErr_SetString(PyExc_ValueError, "too many columns");
        return -1;
    }
    reader->columns = PyMem_Calloc(count ? count : 1, sizeof(Column));
    if (reader->columns == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    reader->count = count;
    reader->can_copy = true;
    for (Py_ssize_t i = 0; i < count; i++) {
        if (set_column(&reader->columns[i], PyTuple_GET_ITEM(columns, i)))
            return -1;
        Kind kind = reader->columns[i].kind;
        if (kind == COMPOSITE || kind == OTHER)
            reader->can_copy = false;
    }
    return 0;
}

static PyObject *reader_new(PyTypeObject *type, PyObject *arguments, PyObject *keywords)
{
    PyObject *kind, *blank, *names, *columns, *slots[3], *one, *many;
    int shares_names;
    if (!PyArg_ParseTuple(
            arguments, "O!O!O!p(OOO)O!OO", &PyType_Type, &kind, &PyDict_Type, &blank, &PySet_Type,
            &names, &shares_names, &slots[0], &slots[1], &slots[2], &PyTuple_Type, &columns, &one,
            &many))
        return NULL;
    for (int i = 0; i < 3; i++)
        if (Py_TYPE(slots[i])->tp_descr_set == NULL)
            return PyErr_Format(PyExc_TypeError, "a slot is a descriptor that can be set");
    Reader *reader = (Reader *)type->tp_alloc(type, 0);
    if (reader == NULL)
        return NULL;
    reader->state = PyType_GetModuleState(type);
    reader->kind = (PyTypeObject *)Py_NewRef(kind);
    reader->blank = Py_NewRef(blank);
    reader->names = Py_NewRef(names);
    reader->shares_names = shares_names;
    for (int i = 0; i < 3; i++)
        reader->slots[i] = Py_NewRef(slots[i]);
    reader->one = Py_NewRef(one);
    reader->many = Py_NewRef(many);
    if (set_columns(reader, columns))
        Py_CLEAR(reader);
    return (PyObject *)reader;
}

static int reader_traverse(PyObject *self, visitproc visit, void *arg)
{
    Reader *reader = (Reader *)self;
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(reader->kind);
    Py_VISIT(reader->blank);
    Py_VISIT(reader->names);
    Py_VISIT(reader->one);
    Py_VISIT(reader->many);
    for (Py_ssize_t i = 0; i < reader->count; i++) {
        Py_VISIT(reader->columns[i].read);
        Py_VISIT(reader->columns[i].more);
    }
    return 0;
}

/* The columns go only with the reader: the rest breaks every circle. */
static int reader_clear(PyObject *self)
{
    Reader *reader = (Reader *)self;
    for (Py_ssize_t i = 0; i < reader->count; i++) {
        Py_CLEAR(reader->columns[i].read);
        Py_CLEAR(reader->columns[i].more);
    }
    Py_CLEAR(reader->one);
    Py_CLEAR(reader->many);
    return 0;
}

static void reader_dealloc(PyObject *self)
{
    Reader *reader = (Reader *)self;
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    reader_clear(self);
    for (Py_ssize_t i = 0; i < reader->count; i++) {
        Py_XDECREF(reader->columns[i].name);
        Py_XDECREF(reader->columns[i].key);
    }
    PyMem_Free(reader->columns);
    for (int i = 0; i < 3; i++)
        Py_XDECREF(reader->slots[i]);
    Py_XDECREF(reader->kind);
    Py_XDECREF(reader->blank);
    Py_XDECREF(reader->names);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyMethodDef reader_methods[] = {
    {"one", reader_one, METH_O, "The instance of a row."},
    {"many", reader_many, METH_O, "The instances of a list of rows."},
    {NULL},
};

static PyType_Slot reader_slots[] = {
    {Py_tp_doc, "Makes instances of a class, from rows."},
    {Py_tp_new, reader_new},
    {Py_tp_dealloc, reader_dealloc},
    {Py_tp_traverse, reader_traverse},
    {Py_tp_clear, reader_clear},
    {Py_tp_methods, reader_methods},
    {0, NULL},
};

PyType_Spec reader_spec = {
    .name = "prismongo.native._rows.Reader",
    .basicsize = sizeof(Reader),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = reader_slots,
};
