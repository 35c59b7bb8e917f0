#include "relay/trust/sts-policy.h"
#include "relay/contract/nick.h"
#include <string.h>

static const char *const mode_nicks[] = { "none", "testing", "enforce", NULL };

typedef struct {
  gboolean has_version;
  gboolean has_mode;
  gboolean has_max_age;
  PstStsMode mode;
  guint max_age;
  GPtrArray *mx;
  const char *problem;
} Reading;

const char *
pst_sts_mode_nick(PstStsMode mode)
{
  return pst_nick_of(mode_nicks, mode);
}

static gboolean
is_field_name(const char *name)
{
  gsize length = strlen(name);
  if (length == 0 || length > 32 || !g_ascii_isalnum(name[0]))
    return FALSE;
  for (const char *p = name; *p != '\0'; p++)
    if (!g_ascii_isalnum(*p) && *p != '_' && *p != '-' && *p != '.')
      return FALSE;
  return TRUE;
}

static gboolean
is_label(const char *label)
{
  gsize length = strlen(label);
  if (length == 0 || length > 63 || label[0] == '-' || label[length - 1] == '-')
    return FALSE;
  for (const char *p = label; *p != '\0'; p++)
    if (!g_ascii_isalnum(*p) && *p != '-')
      return FALSE;
  return TRUE;
}

/* ["*."] Domain */
static gboolean
is_pattern(const char *pattern)
{
  if (strlen(pattern) > 255)
    return FALSE;
  g_auto(GStrv) labels = g_strsplit(pattern, ".", -1);
  guint first = g_strcmp0(labels[0], "*") == 0 ? 1 : 0;
  if (labels[0] == NULL || labels[first] == NULL)
    return FALSE;
  for (guint i = first; labels[i] != NULL; i++)
    if (!is_label(labels[i]))
      return FALSE;
  return TRUE;
}

static gboolean
fail(Reading *reading, const char *problem)
{
  reading->problem = problem;
  return FALSE;
}

static gboolean
read_max_age(Reading *reading, const char *value)
{
  guint64 seconds;
  gsize length = strlen(value);
  if (length == 0 || length > 10 || strspn(value, "0123456789") != length)
    return fail(reading, "max_age is no number");
  seconds = g_ascii_strtoull(value, NULL, 10);
  if (seconds > PST_STS_MAX_MAX_AGE)
    return fail(reading, "max_age is over a year");
  if (!reading->has_max_age)
    reading->max_age = seconds;
  reading->has_max_age = TRUE;
  return TRUE;
}

static gboolean
read_mode(Reading *reading, const char *value)
{
  guint mode;
  if (!pst_nick_parse(mode_nicks, value, &mode))
    return fail(reading, "unknown mode");
  if (!reading->has_mode)
    reading->mode = mode;
  reading->has_mode = TRUE;
  return TRUE;
}

static gboolean
read_mx(Reading *reading, const char *value)
{
  if (!is_pattern(value))
    return fail(reading, "an mx pattern is no host name");
  if (reading->mx->len == PST_STS_MAX_MX)
    return fail(reading, "too many mx patterns");
  g_ptr_array_add(reading->mx, g_ascii_strdown(value, -1));
  return TRUE;
}

static gboolean
read_version(Reading *reading, const char *value)
{
  if (!g_str_equal(value, "STSv1"))
    return fail(reading, "unknown version");
  reading->has_version = TRUE;
  return TRUE;
}

static gboolean
read_field(Reading *reading, const char *name, const char *value)
{
  if (!is_field_name(name) || *value == '\0')
    return fail(reading, "a line is no field");
  if (g_str_equal(name, "version"))
    return read_version(reading, value);
  if (g_str_equal(name, "mode"))
    return read_mode(reading, value);
  if (g_str_equal(name, "max_age"))
    return read_max_age(reading, value);
  if (g_str_equal(name, "mx"))
    return read_mx(reading, value);
  return TRUE;
}

static gsize
without_space_behind(const char *line, gsize length)
{
  while (length > 0 && (line[length - 1] == ' ' || line[length - 1] == '\t'))
    length--;
  return length;
}

/* @line without its line end. */
static gboolean
read_line(Reading *reading, const char *line, gsize length)
{
  length = without_space_behind(line, length);
  const char *colon = memchr(line, ':', length);
  if (colon == NULL)
    return fail(reading, "a line is no field");
  const char *value = colon + 1, *end = line + length;
  while (value < end && (*value == ' ' || *value == '\t'))
    value++;
  g_autofree char *name_text = g_strndup(line, colon - line);
  g_autofree char *value_text = g_strndup(value, end - value);
  return read_field(reading, name_text, value_text);
}

static gboolean
read_lines(Reading *reading, const char *text, gsize length)
{
  const char *end = text + length;
  while (text < end) {
    const char *feed = memchr(text, '\n', end - text);
    const char *next = feed != NULL ? feed + 1 : end;
    gsize line = (feed != NULL ? feed : end) - text;
    if (feed != NULL && line > 0 && text[line - 1] == '\r')
      line--;
    if (!read_line(reading, text, line))
      return FALSE;
    text = next;
  }
  return TRUE;
}

/* Valid UTF-8 without control characters; line ends only as LF or CRLF. */
static gboolean
is_plain_text(const char *text, gsize length)
{
  if (!g_utf8_validate(text, length, NULL))
    return FALSE;
  for (gsize i = 0; i < length; i++) {
    guint8 c = text[i];
    if (c == '\r' && (i + 1 == length || text[i + 1] != '\n'))
      return FALSE;
    if ((c < 0x20 && c != '\n' && c != '\r' && c != '\t') || c == 0x7f)
      return FALSE;
  }
  return TRUE;
}

static gboolean
is_complete(Reading *reading)
{
  if (!reading->has_version)
    return fail(reading, "version is missing");
  if (!reading->has_mode)
    return fail(reading, "mode is missing");
  if (!reading->has_max_age)
    return fail(reading, "max_age is missing");
  if (reading->mode != PST_STS_NONE && reading->mx->len == 0)
    return fail(reading, "mx is missing");
  return TRUE;
}

/* Editors leave empty lines at the end; anywhere else they are no field. */
static gsize
without_end(const char *text, gsize length)
{
  while (length > 0 && g_ascii_isspace(text[length - 1]))
    length--;
  return length;
}

static gboolean
read_policy(Reading *reading, const char *text, gsize length)
{
  if (length > PST_STS_MAX_POLICY)
    return fail(reading, "too long");
  if (!is_plain_text(text, length))
    return fail(reading, "not plain text");
  return read_lines(reading, text, without_end(text, length)) && is_complete(reading);
}

PstStsPolicy *
pst_sts_policy_parse(const char *text, gsize length, const char **problem)
{
  Reading reading = { .mx = g_ptr_array_new_with_free_func(g_free) };
  gboolean valid = read_policy(&reading, text, length);
  if (problem != NULL)
    *problem = reading.problem;
  PstStsPolicy *policy = NULL;
  if (valid) {
    policy = g_atomic_rc_box_new0(PstStsPolicy);
    policy->mode = reading.mode;
    policy->max_age = reading.max_age;
    g_ptr_array_add(reading.mx, NULL);
    policy->mx = (char **)g_ptr_array_steal(reading.mx, NULL);
  }
  g_ptr_array_unref(reading.mx);
  return policy;
}

PstStsPolicy *
pst_sts_policy_ref(PstStsPolicy *policy)
{
  return g_atomic_rc_box_acquire(policy);
}

static void
policy_clear(gpointer data)
{
  g_strfreev(((PstStsPolicy *)data)->mx);
}

void
pst_sts_policy_unref(PstStsPolicy *policy)
{
  if (policy != NULL)
    g_atomic_rc_box_release_full(policy, policy_clear);
}

gboolean
pst_sts_policy_allows(const PstStsPolicy *policy, const char *host)
{
  const char *dot = strchr(host, '.');
  const char *parent = dot != NULL && dot > host ? dot + 1 : NULL;
  for (guint i = 0; policy->mx[i] != NULL; i++) {
    const char *pattern = policy->mx[i];
    if (!g_str_has_prefix(pattern, "*.")) {
      if (g_ascii_strcasecmp(pattern, host) == 0)
        return TRUE;
    } else if (parent != NULL && g_ascii_strcasecmp(pattern + 2, parent) == 0) {
      return TRUE;
    }
  }
  return FALSE;
}
