/* Fetch frame: what the relay and its program for HTTPS, postern-fetch, say to one another over a stream.
 *
 * The relay writes requests on the program's standard input, the program answers on its standard output, in
 * any order; `number` joins the two. A frame is its length (four octets, little-endian, itself not counted)
 * and that many octets of a serialised GVariant: (uqassus) number, port, addresses, host, milliseconds, CA
 * file; or (ussay) number, status, detail, body. What is no such frame ends the conversation. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

#define PST_FETCH_MAX_REQUEST   8192  /* octets of a request */
#define PST_FETCH_MAX_BODY      65536 /* octets (RFC 8461 section 3.3) */
#define PST_FETCH_MAX_ANSWER    66560 /* octets: a body and what is said of it */
#define PST_FETCH_MAX_ADDRESSES 16    /* of one request */
#define PST_FETCH_MAX_AT_ONCE   32    /* requests without an answer */
#define PST_FETCH_MAX_TIME      60000 /* milliseconds (RFC 8461 section 3.3) */
#define PST_FETCH_IDLE_TIME     10000 /* milliseconds without a request after which the relay ends it */
#define PST_FETCH_LONELY_TIME                                                                                \
  15000 /* and after which it ends by itself: later, so that no request meets that */

typedef enum {
  PST_FETCH_OK,
  PST_FETCH_HTTP_STATUS, /* detail: the number, not 200 and no redirect */
  PST_FETCH_REDIRECT,    /* never followed */
  PST_FETCH_WRONG_TYPE,  /* not text/plain */
  PST_FETCH_TOO_LARGE,
  PST_FETCH_CERTIFICATE, /* detail: nick of PstCertificateResult */
  PST_FETCH_TLS,         /* no handshake, or outdated */
  PST_FETCH_BROKEN,      /* hung up early, or spoke no HTTP */
  PST_FETCH_UNREACHABLE, /* no address took the connection */
  PST_FETCH_TIMEOUT,
} PstFetchStatus;

/* "ok", "http-status" and so on; parsing an unknown one gives FALSE. */
const char *pst_fetch_status_nick(PstFetchStatus status);
gboolean pst_fetch_status_parse(const char *nick, PstFetchStatus *status);

typedef struct {
  guint32 number;
  guint16 port;
  char **addresses; /* literals, 1 to PST_FETCH_MAX_ADDRESSES: nothing is looked up */
  char *host;       /* A-labels, lower case: SNI, Host and what the certificate must be for */
  guint32 milliseconds;
  char *ca_file; /* PEM, absolute, trusted beside the system's roots; or "" */
} PstFetchRequest;

typedef struct {
  guint32 number;
  PstFetchStatus status;
  char *detail; /* or "" */
  GBytes *body; /* of OK; else empty */
} PstFetchAnswer;

/* A whole frame; NULL when it would pass its ceiling, or the request is none. */
GBytes *pst_fetch_request_to_frame(const PstFetchRequest *request);
GBytes *pst_fetch_answer_to_frame(const PstFetchAnswer *answer);

/* Takes the first frame off @stream without its length: NULL when it is not whole yet; @broken: it never can
 * be, as it would be empty or pass @ceiling. */
GBytes *pst_fetch_frame_take(GByteArray *stream, gsize ceiling, gboolean *broken);

/* FALSE, and nothing set, when @frame is none. */
gboolean pst_fetch_request_read(PstFetchRequest *request, GBytes *frame);
gboolean pst_fetch_answer_read(PstFetchAnswer *answer, GBytes *frame);

void pst_fetch_request_clear(PstFetchRequest *request);
void pst_fetch_answer_clear(PstFetchAnswer *answer);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PstFetchRequest, pst_fetch_request_clear)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PstFetchAnswer, pst_fetch_answer_clear)

G_END_DECLS
