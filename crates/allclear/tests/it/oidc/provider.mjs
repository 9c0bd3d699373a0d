// A real OpenID Connect provider for the tests: the certified `oidc-provider`, with one client and
// whoever signs in. Whoever signs in as NAME has the verified address NAME@example.com; as
// "unconfirmed-NAME", one that is not verified.
//
// Usage: node provider.mjs NODE_MODULES REDIRECT_URI. Prints its address once it listens.

import { createServer } from "node:http";

const [, , modules, redirectUri] = process.argv;
const { default: Provider } = await import(`${modules}/oidc-provider/lib/index.js`);

const server = createServer();
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const issuer = `http://127.0.0.1:${server.address().port}`;

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "allclear",
      client_secret: "a secret / with % signs",
      redirect_uris: [redirectUri],
      response_types: ["code"],
      grant_types: ["authorization_code"],
    },
  ],
  claims: { openid: ["sub"], email: ["email", "email_verified"] },
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      email: `${id.replace("unconfirmed-", "")}@example.com`,
      email_verified: !id.startsWith("unconfirmed-"),
    }),
  }),
});

server.on("request", provider.callback());
console.log(issuer);
// Whoever started this may be gone: then this ends too.
process.stdin.resume();
process.stdin.on("end", () => process.exit());
