/* The values of the scalar types, as prismongo/query/values has them.
 *
 * Each function answers NULL for an element that it does not expect; then no error is set, and the
 * row goes the Python path, which knows what the value means or which error it is.
 */

#include "rows.h"

#define DAY INT64_C(86400000) /* in milliseconds */

static PyObject *hexadecimal(const uint8_t *bytes, int count)
{
    static const char digits[] = "0123456789abcdef";
    PyObject *text = PyUnicode_New(2 * count, 127);
    if (text == NULL)
        return NULL;
    Py_UCS1 *characters = PyUnicode_1BYTE_DATA(text);
    for (int i = 0; i < count; i++) {
        *characters++ = digits[bytes[i] >> 4];
        *characters++ = digits[bytes[i] & 15];
    }
    return text;
}

/* String, with @db.ObjectId or without: a stored text or an ObjectId. */
PyObject *text_of(const Element *element)
{
    switch (element->type) {
    case STRING:
        return PyUnicode_DecodeUTF8((const char *)element->value + 4, element->size - 5, NULL);
    case OBJECT_ID:
        return hexadecimal(element->value, 12);
    default:
        return NULL;
    }
}

/* Boolean. */
PyObject *boolean_of(const Element *element)
{
    return element->type == BOOLEAN ? PyBool_FromLong(*element->value) : NULL;
}

/* Int and BigInt. */
PyObject *whole_of(const Element *element)
{
    switch (element->type) {
    case INT32:
        return PyLong_FromLong(int32_at(element->value));
    case INT64:
        return PyLong_FromLongLong(int64_at(element->value));
    default:
        return NULL;
    }
}

/* Float. */
PyObject *float_of(const Element *element)
{
    double value;
    if (element->type != DOUBLE)
        return NULL;
    memcpy(&value, element->value, sizeof value);
    return PyFloat_FromDouble(value);
}

/* Year, month and day of a day since 1970. Source: Howard Hinnant, "chrono-compatible low-level
 * date algorithms", civil_from_days. */
static void set_date(int64_t day, int *year, int *month, int *day_of_month)
{
    int64_t since_era_0 = day + 719468; /* of 400 years, from the 1st of March of the year 0 */
    int64_t era = (since_era_0 >= 0 ? since_era_0 : since_era_0 - 146096) / 146097;
    int day_of_era = (int)(since_era_0 - era * 146097);
    int year_of_era
        = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int from_march = (5 * day_of_year + 2) / 153;
    *day_of_month = day_of_year - (153 * from_march + 2) / 5 + 1;
    *month = from_march < 10 ? from_march + 3 : from_march - 9;
    *year = (int)(year_of_era + era * 400) + (*month <= 2);
}

static PyObject *datetime_of(const State *state, int64_t milliseconds)
{
    int year, month, day;
    int64_t days = milliseconds / DAY, rest = milliseconds % DAY;
    if (rest < 0) {
        rest += DAY;
        days -= 1;
    }
    if (days < -719162 || days > 2932896) /* beyond the years 1 to 9999 */
        return NULL;
    set_date(days, &year, &month, &day);
    int left = (int)rest;
    return state->dates->DateTime_FromDateAndTime(
        year, month, day, left / 3600000, left / 60000 % 60, left / 1000 % 60, left % 1000 * 1000,
        state->dates->TimeZone_UTC, state->dates->DateTimeType);
}

/* DateTime, with @db.Timestamp or without: aware, and in UTC. */
PyObject *moment_of(const State *state, const Element *element)
{
    switch (element->type) {
    case DATE:
        return datetime_of(state, int64_at(element->value));
    case TIMESTAMP: /* the upper half is seconds */
        return datetime_of(state, (int64_t)(uint32_t)int32_at(element->value + 4) * 1000);
    default:
        return NULL;
    }
}

/* A member of an enum, whose stored texts are the keys. */
PyObject *member_of(PyObject *members, const Element *element)
{
    if (element->type != STRING)
        return NULL;
    PyObject *text = text_of(element);
    if (text == NULL)
        return NULL;
    PyObject *member = PyDict_GetItemWithError(members, text);
    Py_DECREF(text);
    return Py_XNewRef(member);
}
