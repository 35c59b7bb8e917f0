#include "relay/net/peer-uid.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct {
  int listening, client, server;
} Connection;

static void
connect_over(Connection *connection, int family, struct sockaddr *address, socklen_t length)
{
  connection->listening = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint(bind(connection->listening, address, length), ==, 0);
  g_assert_cmpint(listen(connection->listening, 1), ==, 0);
  g_assert_cmpint(getsockname(connection->listening, address, &length), ==, 0);
  connection->client = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint(connect(connection->client, address, length), ==, 0);
  connection->server = accept(connection->listening, NULL, NULL);
  g_assert_cmpint(connection->server, >=, 0);
}

static void
close_all(Connection *connection)
{
  close(connection->client);
  close(connection->server);
  close(connection->listening);
}

static void
test_own_connection_ipv4(void)
{
  Connection connection;
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  connect_over(&connection, AF_INET, (struct sockaddr *)&address, sizeof address);
  uid_t uid = (uid_t)-1;
  g_assert_cmpint(pst_peer_uid(connection.server, &uid), ==, PST_PEER_KNOWN);
  g_assert_cmpuint(uid, ==, geteuid());
  close_all(&connection);
}

static void
test_own_connection_ipv6(void)
{
  Connection connection;
  struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
  connect_over(&connection, AF_INET6, (struct sockaddr *)&address, sizeof address);
  uid_t uid = (uid_t)-1;
  g_assert_cmpint(pst_peer_uid(connection.server, &uid), ==, PST_PEER_KNOWN);
  g_assert_cmpuint(uid, ==, geteuid());
  close_all(&connection);
}

/* After the client closes, its record lingers and must not be taken for root's or ours. */
static void
test_closed_client(void)
{
  Connection connection;
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
  connect_over(&connection, AF_INET, (struct sockaddr *)&address, sizeof address);
  close(connection.client);
  connection.client = -1;
  uid_t uid;
  g_assert_cmpint(pst_peer_uid(connection.server, &uid), !=, PST_PEER_KNOWN);
  close_all(&connection);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/peer-uid/ipv4", test_own_connection_ipv4);
  g_test_add_func("/peer-uid/ipv6", test_own_connection_ipv6);
  g_test_add_func("/peer-uid/closed", test_closed_client);
  return g_test_run();
}
