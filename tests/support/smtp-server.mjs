// npm's smtp-server as an upstream: says on standard output where it listens, then each message it took, as JSON lines.
// Arguments: folder of the node modules, PEM file with key and chain, then a JSON object of smtp-server options.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const [modules, certificate, options] = process.argv.slice(2);
const { SMTPServer } = createRequire(`${modules}/package.json`)('smtp-server');
const pem = readFileSync(certificate);
const say = (fact) => process.stdout.write(JSON.stringify(fact) + '\n');

const server = new SMTPServer({
  key: pem,
  cert: pem,
  authOptional: true,
  disableReverseLookup: true,
  logger: false,
  ...JSON.parse(options),
  onAuth: (auth, _session, done) =>
    auth.password === 'secret' ? done(null, { user: auth.username }) : done(new Error('wrong name or password')),
  onData: (stream, session, done) => {
    const parts = [];
    stream.on('data', (part) => parts.push(part));
    stream.on('end', () => {
      say({
        from: session.envelope.mailFrom,
        to: session.envelope.rcptTo,
        user: session.user ?? null,
        secure: session.secure,
        octets: Buffer.concat(parts).toString('base64'),
      });
      done(null, 'taken');
    });
  },
});
server.on('error', (error) => say({ error: String(error) }));
server.listen(0, '127.0.0.1', () => say({ port: server.server.address().port }));
process.stdin.on('end', () => process.exit(0)).resume();
