#include "relay/fetch/site-certificate.h"
#include <string.h>

/* @name is no C string: a NUL in it must not hide what follows. */
static gboolean
is_name_of(GBytes *name, const char *host)
{
  gsize length;
  const char *text = g_bytes_get_data(name, &length);
  if (length > 2 && strncmp(text, "*.", 2) == 0) {
    const char *dot = strchr(host, '.');
    host = dot != NULL ? dot + 1 : "";
    text += 2;
    length -= 2;
  }
  return length > 0 && length == strlen(host) && g_ascii_strncasecmp(text, host, length) == 0;
}

static PstCertificateResult
check_names(GTlsCertificate *certificate, const char *host)
{
  g_autoptr(GPtrArray) names = g_tls_certificate_get_dns_names(certificate);
  if (names == NULL || names->len == 0)
    return PST_CERTIFICATE_NO_NAMES;
  for (guint i = 0; i < names->len; i++)
    if (is_name_of(g_ptr_array_index(names, i), host))
      return PST_CERTIFICATE_VALID;
  return PST_CERTIFICATE_HOST_MISMATCH;
}

static PstCertificateResult
result_of_flags(GTlsCertificateFlags flags)
{
  if (flags == 0)
    return PST_CERTIFICATE_VALID;
  if (flags & G_TLS_CERTIFICATE_REVOKED)
    return PST_CERTIFICATE_REVOKED;
  if (flags & G_TLS_CERTIFICATE_UNKNOWN_CA)
    return PST_CERTIFICATE_NOT_TRUSTED;
  if (flags & G_TLS_CERTIFICATE_EXPIRED)
    return PST_CERTIFICATE_EXPIRED;
  if (flags & G_TLS_CERTIFICATE_NOT_ACTIVATED)
    return PST_CERTIFICATE_NOT_YET_VALID;
  if (flags & G_TLS_CERTIFICATE_INSECURE)
    return PST_CERTIFICATE_WEAK;
  return flags & G_TLS_CERTIFICATE_BAD_IDENTITY ? PST_CERTIFICATE_HOST_MISMATCH : PST_CERTIFICATE_NOT_TRUSTED;
}

PstCertificateResult
pst_site_certificate_judge(GTlsCertificate *certificate, GTlsCertificateFlags flags, const char *host)
{
  PstCertificateResult result = result_of_flags(flags);
  return result == PST_CERTIFICATE_VALID ? check_names(certificate, host) : result;
}
