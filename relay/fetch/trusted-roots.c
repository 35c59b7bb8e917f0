#include "relay/fetch/trusted-roots.h"

struct _PstTrustedRoots {
  GTlsDatabase parent;
  GTlsDatabase *behind;
  char *ca_file;
};

G_DEFINE_TYPE(PstTrustedRoots, pst_trusted_roots, G_TYPE_TLS_DATABASE)

static GTlsCertificateFlags
pst_trusted_roots_verify_chain(GTlsDatabase *database, GTlsCertificate *chain, const char *purpose,
                               GSocketConnectable *identity, GTlsInteraction *interaction,
                               GTlsDatabaseVerifyFlags flags, GCancellable *cancellable, GError **error)
{
  PstTrustedRoots *self = PST_TRUSTED_ROOTS(database);
  GTlsCertificateFlags problems = g_tls_database_verify_chain(self->behind, chain, purpose, identity,
                                                              interaction, flags, cancellable, error);
  if ((problems & G_TLS_CERTIFICATE_UNKNOWN_CA) == 0 || self->ca_file[0] == '\0')
    return problems;
  g_autoptr(GTlsDatabase) of_file = g_tls_file_database_new(self->ca_file, NULL);
  if (of_file == NULL)
    return problems;
  return g_tls_database_verify_chain(of_file, chain, purpose, identity, interaction, flags, cancellable,
                                     error);
}

static void
pst_trusted_roots_finalize(GObject *object)
{
  PstTrustedRoots *self = PST_TRUSTED_ROOTS(object);
  g_object_unref(self->behind);
  g_free(self->ca_file);
  G_OBJECT_CLASS(pst_trusted_roots_parent_class)->finalize(object);
}

static void
pst_trusted_roots_class_init(PstTrustedRootsClass *klass)
{
  G_OBJECT_CLASS(klass)->finalize = pst_trusted_roots_finalize;
  G_TLS_DATABASE_CLASS(klass)->verify_chain = pst_trusted_roots_verify_chain;
}

static void
pst_trusted_roots_init(PstTrustedRoots *self)
{
  self->behind = g_tls_backend_get_default_database(g_tls_backend_get_default());
}

PstTrustedRoots *
pst_trusted_roots_new(const char *ca_file)
{
  PstTrustedRoots *self = g_object_new(PST_TYPE_TRUSTED_ROOTS, NULL);
  self->ca_file = g_strdup(ca_file);
  return self;
}
