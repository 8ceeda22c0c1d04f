/* The accelerator: from the server's reply to records, without a dict of every row between.
 *
 * What goes in, and what comes out
 * --------------------------------
 * `split(reply, kind)` takes the bytes of a reply to `find` or `getMore`. Out come the reply without
 * its batch, which the driver decodes as usual, and a list of rows: instances of `kind`, a subclass
 * of `Row` that has `decoded`, the driver's decoder, and `object_id`, its class. (row.c)
 *
 * A `Row` is a dict. It has the bytes of its document and decodes a value when it is asked for, so
 * plans may use it as any row: they ask for keys, and put related rows beside the stored values.
 *
 * `match_keys(rows, name, read)` takes rows of any kind. Out come the keys by which an include
 * matches them with others: the bytes of an ObjectId, or what `read(row, name)` answers. (row.c)
 *
 * `Reader(…)` is made once for a class and a selection. `reader.one(row)` and `reader.many(rows)`
 * make instances of the class. A value comes straight from the bytes (scalars.c); what this file
 * set has no function for (Decimal, Bytes, Json, defaults) is asked of Python, a value at a time.
 * (reader.c)
 *
 * What is left to Python
 * ----------------------
 * The Python path (prismongo/query/decode) decides what a value means and which error it is:
 * - A document that the driver might refuse, or decode to another type than dict, is given to the
 *   driver while the reply is split. So a `Row` can always be decoded. (bson.c, `is_plain`)
 * - A row that holds anything unexpected (another type, null in a required field, an unknown enum
 *   member, a name twice) is decoded and given to the reader in Python, whole.
 * - A row of another kind (of the store in memory, of a write) goes there at once.
 *
 * How it is built
 * ---------------
 * Multi-phase initialisation, heap types, all state in the module: several interpreters may use it.
 * It is compiled where a compiler is; without it everything works the same, slower.
 */

#include "rows.h"

static PyMethodDef functions[] = {
    {"split", (PyCFunction)(void (*)(void))split, METH_FASTCALL, "The parts of a reply."},
    {"match_keys", (PyCFunction)(void (*)(void))match_keys, METH_FASTCALL, "What rows match by."},
    {NULL},
};

static PyTypeObject *add_type(PyObject *module, PyType_Spec *spec, PyTypeObject *base)
{
    PyObject *type = PyType_FromModuleAndSpec(module, spec, (PyObject *)base);
    if (type != NULL && PyModule_AddType(module, (PyTypeObject *)type))
        Py_CLEAR(type);
    return (PyTypeObject *)type;
}

static int execute(PyObject *module)
{
    State *state = PyModule_GetState(module);
    state->dates = PyCapsule_Import(PyDateTime_CAPSULE_NAME, 0);
    state->decoded = PyUnicode_InternFromString("decoded");
    state->object_id = PyUnicode_InternFromString("object_id");
    state->row = add_type(module, &row_spec, &PyDict_Type);
    state->reader = add_type(module, &reader_spec, NULL);
    bool are_named = state->decoded && state->object_id;
    return state->dates && are_named && state->row && state->reader ? 0 : -1;
}

static int traverse(PyObject *module, visitproc visit, void *arg)
{
    State *state = PyModule_GetState(module);
    Py_VISIT(state->row);
    Py_VISIT(state->reader);
    return 0;
}

static int clear(PyObject *module)
{
    State *state = PyModule_GetState(module);
    Py_CLEAR(state->row);
    Py_CLEAR(state->reader);
    Py_CLEAR(state->decoded);
    Py_CLEAR(state->object_id);
    return 0;
}

static void free_module(void *module)
{
    clear(module);
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, execute},
#if PY_VERSION_HEX >= 0x030D0000 /* before, that of datetime is for interpreters of one GIL */
    {Py_mod_multiple_interpreters, Py_MOD_PER_INTERPRETER_GIL_SUPPORTED},
#endif
    {0, NULL},
};

PyModuleDef module_definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = "prismongo.native._rows",
    .m_doc = "From the server's reply to records.",
    .m_size = sizeof(State),
    .m_methods = functions,
    .m_slots = slots,
    .m_traverse = traverse,
    .m_clear = clear,
    .m_free = free_module,
};

PyMODINIT_FUNC PyInit__rows(void)
{
    return PyModuleDef_Init(&module_definition);
}
