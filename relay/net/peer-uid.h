/* Peer uid: which user owns the other end of a loopback TCP connection (NETLINK_SOCK_DIAG, else
 * /proc/net/tcp*).
 *
 * The uid is that of the socket's creator. Only an established connection with a living socket counts: after
 * the client closes, its record lingers without inode and the uid may read as root. */
#pragma once
#include <glib.h>
#include <sys/types.h>

G_BEGIN_DECLS

typedef enum {
  PST_PEER_KNOWN,
  PST_PEER_GONE,    /* the client has closed already, or was never on this machine */
  PST_PEER_UNKNOWN, /* the kernel could not be asked */
} PstPeer;

/* @fd: our connected end. */
PstPeer pst_peer_uid(int fd, uid_t *uid);

G_END_DECLS
