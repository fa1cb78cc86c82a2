// Packs what is built into build/slipway-<version>.tar.gz: a folder that deploys with wrangler alone, without Rust.
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, version } from './env.mjs';

// In docs/operating.md, too.
const BUTTON = '[![Deploy to Cloudflare](https://deploy.workers.cloudflare.com/button)](https://deploy.workers.cloudflare.com/?url=https://github.com/OWNER/REPOSITORY)';
const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const name = `slipway-${version}`;
const folder = join(root, 'build', 'bundle', name);
rmSync(join(root, 'build', 'bundle'), { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
// The same layout as here, so that wrangler.toml is the same file.
for (const path of ['build/worker', 'build/site', 'wrangler.toml', 'LICENSE']) {
  cpSync(join(root, path), join(folder, path), { recursive: true });
}
writeFileSync(join(folder, 'README.md'), readme());
// The names are those by which the form behind a "Deploy to Cloudflare" button asks for secrets.
writeFileSync(join(folder, '.dev.vars.example'), 'MASTER_SECRET=\n');
// What is built belongs into the repository behind such a button, whatever its owner ignores elsewhere.
writeFileSync(join(folder, '.gitignore'), '/node_modules\n/.wrangler\n/.dev.vars\n!/build\n');
writeFileSync(join(folder, 'package.json'), `${JSON.stringify(packageJson(), null, 2)}\n`);
// The same content is the same archive, whoever packs it and when.
const same = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@0'];
run('tar', ['--create', '--use-compress-program', 'gzip -n', '--file', `build/${name}.tar.gz`, ...same, '--directory', 'build/bundle', name]);
console.log(`build/${name}.tar.gz`);

function packageJson() {
  return {
    name: 'slipway',
    version,
    private: true,
    license: 'MIT',
    scripts: { deploy: 'wrangler deploy --env=""', start: 'wrangler dev --env=""' },
    devDependencies: { wrangler: devDependencies.wrangler },
    cloudflare: {
      bindings: {
        MASTER_SECRET: { description: 'Seals what runs keep. Generate it with `openssl rand -base64 32`, and keep a copy.' },
      },
    },
  };
}

function readme() {
  return `# Slipway ${version}, built

Launches autoscaling Kubernetes clusters on Exoscale from a browser tab. This folder is the built Worker and page: no Rust is needed.

\`\`\`sh
npm install
npx wrangler login
npm run deploy
openssl rand -base64 32 | npx wrangler secret put MASTER_SECRET --env=""
\`\`\`

Node 20 or newer. The first deployment makes the KV namespace and the Durable Objects that wrangler.toml names; until
MASTER_SECRET is set nothing can be launched. A domain of your own, Cloudflare Access, limits and updates: docs/operating.md
in the sources.

## A button of your own

This folder is a repository as it stands: push it to a public one on GitHub or GitLab, and put this line, with your address in it, where the button is to be.
Cloudflare copies the repository for whoever presses it, makes what wrangler.toml names and asks for MASTER_SECRET.

\`\`\`markdown
${BUTTON}
\`\`\`
`;
}
