#include "relay/service/carriage.h"
#include "relay/policy/refusal.h"
#include <gnutls/crypto.h>

static void
make_envid(char *envid)
{
  guint8 random[(PST_ENVID_SIZE - 1) / 2];
  envid[0] = '\0';
  if (gnutls_rnd(GNUTLS_RND_NONCE, random, sizeof random) < 0)
    return;
  for (gsize i = 0; i < sizeof random; i++)
    g_snprintf(envid + 2 * i, 3, "%02x", random[i]);
}

void
pst_carriage_fill(PstClientTransaction *transaction, const PstEnvelope *envelope,
                  const PstExtensions *extensions, gboolean requiretls, gint64 growth, char *own_envid)
{
  own_envid[0] = '\0';
  *transaction = (PstClientTransaction){
    .requiretls = requiretls,
    .size = envelope->size > 0 ? MAX(envelope->size + growth, 1) : -1,
    .body_8bit = envelope->body == PST_BODY_8BITMIME,
    .smtputf8 = envelope->smtputf8,
    .ret = envelope->ret,
    .envid = envelope->envid,
  };
  if ((extensions->flags & PST_EXT_DSN) == 0)
    return;
  /* As originating agent (RFC 3461): so that a later report can be told to be about this message. */
  if (transaction->ret == PST_RET_UNSET || requiretls)
    transaction->ret = PST_RET_HDRS; /* RFC 8689 section 5 for the latter */
  transaction->default_notify = PST_NOTIFY_FAILURE | PST_NOTIFY_DELAY;
  if (transaction->envid != NULL)
    return;
  make_envid(own_envid);
  if (own_envid[0] != '\0')
    transaction->envid = own_envid;
}

static const PstExtensions *
extensions_of(PstUpstream *upstream)
{
  return pst_client_engine_get_extensions(pst_upstream_get_engine(upstream));
}

PstReason *
pst_carriage_limit(PstUpstream *upstream, const PstEnvelope *envelope, gint64 size)
{
  const PstExtensions *extensions = extensions_of(upstream);
  const char *host = pst_upstream_get_host(upstream);
  if (envelope->smtputf8 && (extensions->flags & PST_EXT_SMTPUTF8) == 0)
    return pst_reason_new(PST_REASON_NO_SMTPUTF8, "host", host, NULL);
  if (extensions->size_limit == 0 || size <= 0 || (guint64)size <= extensions->size_limit)
    return NULL;
  g_autofree char *limit = g_strdup_printf("%" G_GUINT64_FORMAT, extensions->size_limit);
  return pst_reason_new(PST_REASON_TOO_LARGE, "host", host, "limit", limit, NULL);
}

PstReason *
pst_carriage_8bit_limit(PstUpstream *upstream)
{
  if ((extensions_of(upstream)->flags & PST_EXT_8BITMIME) != 0)
    return NULL;
  return pst_reason_new(PST_REASON_NO_8BITMIME, "host", pst_upstream_get_host(upstream), NULL);
}

/* Codes that a mail program understands after the end of data; others would mislead it (421, 530, 535 …). */
static guint
client_code(guint code)
{
  if (code == PST_REPLY_WILL_FORWARD)
    return 551;
  if (code < 400)
    return 250;
  if (code < 500)
    return code >= 450 && code <= 452 ? code : 451;
  return code >= 550 && code <= 554 ? code : 554;
}

static const char *
enhanced_or_plain(const PstReply *reply, guint code)
{
  const char *plain = code < 300 ? "2.0.0" : code < 500 ? "4.0.0" : "5.0.0";
  return reply->enhanced != NULL && reply->enhanced[0] == plain[0] ? reply->enhanced : plain;
}

PstReply *
pst_carriage_answer(const PstReply *reply, const char *host, const GPtrArray *refused)
{
  guint code = client_code(reply->code);
  const char *enhanced = enhanced_or_plain(reply, code);
  g_autofree char *words = pst_reply_words(reply);
  if (code == 250)
    return pst_reply_new(code, enhanced, words[0] != '\0' ? words : "Sent");
  g_autoptr(PstReason) reason = pst_reason_new(PST_REASON_REJECTED, "host", host, "reply", words, NULL);
  const char *const *addresses = refused != NULL ? (const char *const *)refused->pdata : NULL;
  g_autoptr(PstRefusal) refusal =
      pst_refusal_for_recipients(code, enhanced, reason, NULL, addresses, refused != NULL ? refused->len : 0);
  return pst_reply_new(refusal->code, refusal->enhanced, refusal->text);
}
