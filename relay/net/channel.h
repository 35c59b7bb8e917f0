/* Channel: a connected, non-blocking socket, plain or under TLS, and the one wait that threads do on several
 * of them.
 *
 * Reads and writes never block; pst_channel_wait() does, until a channel is ready, a deadline
 * (g_get_monotonic_time() microseconds) passes or the cancellable fires. One thread at a time. */
#pragma once
#include <gio/gio.h>
#include <gnutls/gnutls.h>

G_BEGIN_DECLS

typedef struct PstChannel PstChannel;

typedef enum {
  PST_IO_DONE,  /* some octets moved */
  PST_IO_AGAIN, /* nothing to read, no room to write: wait */
  PST_IO_END,   /* the peer closed; under TLS with close_notify or without */
  PST_IO_ERROR, /* reset, TLS alert, broken record */
} PstIoStatus;

typedef enum {
  PST_WAIT_READY,
  PST_WAIT_TIMEOUT,
  PST_WAIT_CANCELLED,
} PstWaitResult;

typedef struct {
  PstChannel *channel;
  gboolean want_read, want_write;
} PstWaitItem;

/* Takes ownership of @fd and makes it non-blocking. */
PstChannel *pst_channel_new(int fd);
/* Closes without ceremony. */
void pst_channel_free(PstChannel *channel);
/* Sends close_notify (TLS) as far as that goes without waiting, then shuts the writing side down. */
void pst_channel_shutdown(PstChannel *channel);

int pst_channel_get_fd(const PstChannel *channel);
/* NULL while plain. */
gnutls_session_t pst_channel_get_tls(const PstChannel *channel);

PstIoStatus pst_channel_read(PstChannel *channel, guint8 *buffer, gsize size, gsize *got);
PstIoStatus pst_channel_write(PstChannel *channel, const guint8 *data, gsize length, gsize *put);

/* Runs the handshake of @session (ownership taken, also on failure) on this channel.
 * Returns GNUTLS_E_SUCCESS, a GnuTLS error, GNUTLS_E_TIMEDOUT, or GNUTLS_E_INTERRUPTED when cancelled. */
int pst_channel_handshake(PstChannel *channel, gnutls_session_t session, gint64 deadline,
                          GCancellable *cancellable);

/* TRUE when a read would give something already decrypted. */
gboolean pst_channel_has_pending(const PstChannel *channel);

PstWaitResult pst_channel_wait(const PstWaitItem *items, guint n_items, gint64 deadline,
                               GCancellable *cancellable);
/* The same for a bare socket. */
PstWaitResult pst_fd_wait(int fd, GIOCondition condition, gint64 deadline, GCancellable *cancellable);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(PstChannel, pst_channel_free)

G_END_DECLS
