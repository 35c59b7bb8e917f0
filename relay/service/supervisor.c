#include "relay/service/supervisor.h"
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define FIRST_FD 3
#define MAX_FDS  64

GArray *
pst_supervisor_take_sockets(void)
{
  GArray *sockets = g_array_new(FALSE, FALSE, sizeof(int));
  const char *pid = g_getenv("LISTEN_PID"), *fds = g_getenv("LISTEN_FDS");
  guint64 wanted_pid = 0, n = 0;
  if (pid != NULL && fds != NULL && g_ascii_string_to_unsigned(pid, 10, 1, G_MAXINT, &wanted_pid, NULL) &&
      wanted_pid == (guint64)getpid())
    g_ascii_string_to_unsigned(fds, 10, 0, MAX_FDS, &n, NULL);
  for (int fd = FIRST_FD; fd < FIRST_FD + (int)n; fd++)
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) == 0)
      g_array_append_val(sockets, fd);
  g_unsetenv("LISTEN_PID");
  g_unsetenv("LISTEN_FDS");
  g_unsetenv("LISTEN_FDNAMES");
  return sockets;
}

void
pst_supervisor_tell(const char *state)
{
  const char *path = g_getenv("NOTIFY_SOCKET");
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  if (path == NULL || (path[0] != '/' && path[0] != '@') || strlen(path) >= sizeof address.sun_path)
    return;
  memcpy(address.sun_path, path, strlen(path));
  if (path[0] == '@')
    address.sun_path[0] = '\0'; /* the abstract namespace */
  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return;
  socklen_t length = offsetof(struct sockaddr_un, sun_path) + strlen(path);
  sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&address, length);
  close(fd);
}
