// A real OpenID provider (npm oidc-provider) on loopback, in a process of its own: PKCE enforced, a page that asks who
// you are and believes it. Addresses that start with "unverified" nobody has confirmed.
// usage: node provider-process.mjs PORT CLIENT_ID CLIENT_SECRET REDIRECT_URI
import { text } from 'node:stream/consumers';
import Provider from 'oidc-provider';

const [port, clientId, clientSecret, redirect] = process.argv.slice(2);

const claims = (email) => ({
  sub: email,
  email,
  email_verified: !email.startsWith('unverified'),
  name: email.split('@')[0],
});

const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    {
      client_id: clientId,
      client_secret: clientSecret,
      redirect_uris: [redirect],
      grant_types: ['authorization_code'],
      token_endpoint_auth_method: 'client_secret_post',
    },
  ],
  pkce: { required: () => true },
  // As Google does: who they are stands in the ID token.
  conformIdTokenClaims: false,
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
  findAccount: (_, email) => ({ accountId: email, claims: () => claims(email) }),
  features: { devInteractions: { enabled: false } },
  interactions: { url: (_, interaction) => `/who/${interaction.uid}` },
  cookies: { keys: ['a key of these tests'] },
});

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/who/')) return next();
  const { params } = await provider.interactionDetails(ctx.req, ctx.res);
  if (ctx.method === 'GET') {
    ctx.type = 'html';
    ctx.body = `<!doctype html><title>Who are you?</title><form method="post"><label>Who are you? <input name="email"></label>
      <button>Continue</button> <button name="no" value="1">Cancel</button></form>`;
    return;
  }
  const form = new URLSearchParams(await text(ctx.req));
  ctx.respond = false;
  if (form.get('no')) {
    await provider.interactionFinished(ctx.req, ctx.res, { error: 'access_denied' });
    return;
  }
  const accountId = form.get('email') ?? '';
  const grant = new provider.Grant({ accountId, clientId });
  grant.addOIDCScope(params.scope);
  const consent = { grantId: await grant.save() };
  await provider.interactionFinished(ctx.req, ctx.res, { login: { accountId }, consent });
});

provider.listen(Number(port), '127.0.0.1');
