#include "relay/net/peer-uid.h"
#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_TIMEOUT_S 1

typedef struct {
  guint8 family;
  in_port_t local_port, remote_port; /* network order */
  guint32 local[4], remote[4];
} Pair;

static gboolean
read_end(int fd, int (*get)(int, struct sockaddr *, socklen_t *), guint8 *family, guint32 address[4],
         in_port_t *port)
{
  struct sockaddr_storage storage;
  socklen_t length = sizeof storage;
  if (get(fd, (struct sockaddr *)&storage, &length) < 0)
    return FALSE;
  *family = storage.ss_family;
  if (storage.ss_family == AF_INET) {
    const struct sockaddr_in *in = (const struct sockaddr_in *)&storage;
    address[0] = in->sin_addr.s_addr;
    *port = in->sin_port;
    return TRUE;
  }
  const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)&storage;
  memcpy(address, &in6->sin6_addr, sizeof in6->sin6_addr);
  *port = in6->sin6_port;
  return storage.ss_family == AF_INET6;
}

static gboolean
read_pair(int fd, Pair *pair)
{
  guint8 family;
  memset(pair, 0, sizeof *pair);
  return read_end(fd, getsockname, &pair->family, pair->local, &pair->local_port) &&
         read_end(fd, getpeername, &family, pair->remote, &pair->remote_port) && family == pair->family;
}

static gboolean
send_request(int netlink, const Pair *pair)
{
  struct {
    struct nlmsghdr header;
    struct inet_diag_req_v2 request;
  } message = {
    .header = { .nlmsg_len = sizeof message,
                .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                .nlmsg_flags = NLM_F_REQUEST },
    .request = { .sdiag_family = pair->family,
                 .sdiag_protocol = IPPROTO_TCP,
                 .idiag_states = -1,
                 /* The client's socket: its source is our remote end. */
                 .id = { .idiag_sport = pair->remote_port,
                         .idiag_dport = pair->local_port,
                         .idiag_cookie = { INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE } } },
  };
  memcpy(message.request.id.idiag_src, pair->remote, sizeof pair->remote);
  memcpy(message.request.id.idiag_dst, pair->local, sizeof pair->local);
  struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
  return sendto(netlink, &message, sizeof message, 0, (struct sockaddr *)&kernel, sizeof kernel) ==
         sizeof message;
}

static PstPeer
read_answer(int netlink, uid_t *uid)
{
  guint8 buffer[4096] __attribute__((aligned(NLMSG_ALIGNTO)));
  ssize_t got = recv(netlink, buffer, sizeof buffer, 0);
  const struct nlmsghdr *header = (const struct nlmsghdr *)buffer;
  if (got < 0 || !NLMSG_OK(header, (gsize)got) || header->nlmsg_type != SOCK_DIAG_BY_FAMILY ||
      header->nlmsg_len < NLMSG_LENGTH(sizeof(struct inet_diag_msg)))
    return PST_PEER_UNKNOWN; /* ENOENT may mean that the kernel lacks tcp_diag: /proc will tell */
  const struct inet_diag_msg *message = NLMSG_DATA(header);
  if (message->idiag_state != TCP_ESTABLISHED || message->idiag_inode == 0)
    return PST_PEER_GONE;
  *uid = message->idiag_uid;
  return PST_PEER_KNOWN;
}

static PstPeer
ask_netlink(const Pair *pair, uid_t *uid)
{
  int netlink = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (netlink < 0)
    return PST_PEER_UNKNOWN;
  struct timeval timeout = { .tv_sec = ANSWER_TIMEOUT_S };
  setsockopt(netlink, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  PstPeer peer = send_request(netlink, pair) ? read_answer(netlink, uid) : PST_PEER_UNKNOWN;
  close(netlink);
  return peer;
}

static void
append_end(GString *text, const Pair *pair, const guint32 address[4], in_port_t port)
{
  for (int i = 0; i < (pair->family == AF_INET ? 1 : 4); i++)
    g_string_append_printf(text, "%08X", address[i]);
  g_string_append_printf(text, ":%04X", ntohs(port));
}

/* Lines of /proc/net/tcp: "sl local remote state tx:rx tr:when retransmits uid timeout inode …". */
static PstPeer
ask_proc(const Pair *pair, uid_t *uid)
{
  FILE *file = fopen(pair->family == AF_INET ? "/proc/net/tcp" : "/proc/net/tcp6", "re");
  if (file == NULL)
    return PST_PEER_UNKNOWN;
  g_autoptr(GString) wanted = g_string_new(NULL);
  append_end(wanted, pair, pair->remote, pair->remote_port);
  g_string_append_c(wanted, ' ');
  append_end(wanted, pair, pair->local, pair->local_port);
  g_string_append(wanted, " 01 "); /* established */
  PstPeer peer = PST_PEER_GONE;
  char line[512];
  while (peer == PST_PEER_GONE && fgets(line, sizeof line, file) != NULL) {
    const char *entry = strstr(line, wanted->str);
    unsigned int owner, inode;
    if (entry != NULL && sscanf(entry + wanted->len, "%*s %*s %*s %u %*s %u", &owner, &inode) == 2 &&
        inode != 0) {
      *uid = owner;
      peer = PST_PEER_KNOWN;
    }
  }
  fclose(file);
  return peer;
}

PstPeer
pst_peer_uid(int fd, uid_t *uid)
{
  Pair pair;
  if (!read_pair(fd, &pair))
    return PST_PEER_GONE;
  PstPeer peer = ask_netlink(&pair, uid);
  return peer == PST_PEER_UNKNOWN ? ask_proc(&pair, uid) : peer;
}
