#include "relay/net/fetch-process.h"
#include "relay/contract/error.h"
#include "relay/net/channel.h"
#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

struct PstFetchProcess {
  GPid pid;
  int fd;
  GByteArray *received;
};

static gboolean
spawn(const char *program, int fd, GPid *pid, GError **error)
{
  const char *const arguments[] = { program, NULL };
  const char *const environment[] = { NULL };
  return g_spawn_async_with_pipes_and_fds("/", arguments, environment, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL,
                                          fd, fd, -1, NULL, NULL, 0, pid, NULL, NULL, NULL, error);
}

PstFetchProcess *
pst_fetch_process_start(const char *program, GError **error)
{
  if (program == NULL) {
    g_set_error_literal(error, PST_ERROR, PST_ERROR_NOT_FOUND, "postern-fetch was not found");
    return NULL;
  }
  GPid pid;
  int fds[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0) {
    g_set_error_literal(error, PST_ERROR, PST_ERROR_FAILED, g_strerror(errno));
    return NULL;
  }
  gboolean started = spawn(program, fds[1], &pid, error);
  close(fds[1]);
  if (!started) {
    close(fds[0]);
    return NULL;
  }
  PstFetchProcess *process = g_new0(PstFetchProcess, 1);
  process->pid = pid;
  process->fd = fds[0];
  process->received = g_byte_array_new();
  return process;
}

void
pst_fetch_process_free(PstFetchProcess *process)
{
  if (process == NULL)
    return;
  close(process->fd);
  kill(process->pid, SIGKILL);
  while (waitpid(process->pid, NULL, 0) < 0 && errno == EINTR)
    continue;
  g_byte_array_unref(process->received);
  g_free(process);
}

gboolean
pst_fetch_process_send(PstFetchProcess *process, GBytes *frame)
{
  gsize length;
  gconstpointer octets = g_bytes_get_data(frame, &length);
  return send(process->fd, octets, length, MSG_DONTWAIT | MSG_NOSIGNAL) == (gssize)length;
}

gboolean
pst_fetch_process_wait(PstFetchProcess *process, gint64 deadline)
{
  return pst_fd_wait(process->fd, G_IO_IN, deadline, NULL) == PST_WAIT_READY;
}

gboolean
pst_fetch_process_receive(PstFetchProcess *process)
{
  guint8 buffer[16384];
  gssize n = recv(process->fd, buffer, sizeof buffer, MSG_DONTWAIT);
  if (n > 0)
    g_byte_array_append(process->received, buffer, n);
  return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

gboolean
pst_fetch_process_take(PstFetchProcess *process, PstFetchAnswer *answer, gboolean *broken)
{
  g_autoptr(GBytes) frame = pst_fetch_frame_take(process->received, PST_FETCH_MAX_ANSWER, broken);
  if (frame == NULL)
    return FALSE;
  *broken = !pst_fetch_answer_read(answer, frame);
  return !*broken;
}

void
pst_fetch_process_hang_up(PstFetchProcess *process)
{
  shutdown(process->fd, SHUT_RDWR);
}
