// Builds the console for Maven, and only when something that goes into it has changed.
//   node build.mjs --out=DIR [--required=true|false]
// Exit codes: 0 built, already up to date, or left out with a warning; 1 it could not be built and is required.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, extname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const here = dirname(fileURLToPath(import.meta.url));
const options = Object.fromEntries(
  process.argv.slice(2).map(argument => {
    const [, name, value] = /^--([a-z]+)=(.*)$/.exec(argument) ?? [];
    if (name !== 'out' && name !== 'required') {
      console.error(`console: unknown option ${argument}`);
      process.exit(1);
    }
    return [name, value];
  }),
);
if (!options.out) {
  console.error('console: --out=DIR is missing');
  process.exit(1);
}

const out = resolve(here, options.out);
const stamp = join(here, 'target', 'console.stamp');
const installed = join(here, 'node_modules', '.console-lock');

const files = [
  'build.mjs',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'vite.config.ts',
  ...filesUnder('src/main/web'),
  ...filesUnder('src/test/unit'),
];
const wanted = fingerprint(files) + ' ' + out;
const wantedModules = fingerprint(['package.json', 'package-lock.json']);

if (textOf(stamp) === wanted && existsSync(join(out, 'index.html'))) {
  process.exit(0);
}

try {
  if (textOf(installed) !== wantedModules) {
    run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
    writeFileSync(installed, wantedModules);
  }
  run('npm', ['run', '--silent', 'check']);
  run('npm', ['run', '--silent', 'test']);
  run('npm', ['run', '--silent', 'build', '--', '--outDir', out]);
  compress(out);
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
} catch (failure) {
  if (options.required === 'true') {
    console.error(`console: ${failure.message}`);
    process.exit(1);
  }
  // A console of older sources would be worse than none: the service then says how to get it.
  rmSync(out, { recursive: true, force: true });
  console.error(`console: left out of this build: ${failure.message}. Everything else is built; -Dmuster.console.required=true makes this an error.`);
}

function run(command, args) {
  const result = spawnSync(command, args, {
    cwd: here,
    encoding: 'utf8',
    shell: process.platform === 'win32',
    env: { ...process.env, NO_COLOR: '1' },
  });
  if (result.error) {
    throw new Error(`${command} does not start (${result.error.message})`);
  }
  if (result.status !== 0) {
    process.stderr.write(result.stdout + result.stderr);
    throw new Error(`'${command} ${args.slice(0, 3).join(' ')}' ended with ${result.status ?? result.signal}`);
  }
}

// The server sends the compressed twin to whoever takes it; the editor is 11 MB without.
function compress(folder) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    if (entry.isFile() && ['.js', '.css', '.ttf'].includes(extname(file))) {
      writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }));
    }
  }
}

function filesUnder(folder) {
  return readdirSync(join(here, folder), { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => relative(here, join(entry.parentPath, entry.name)))
    .sort();
}

function fingerprint(names) {
  const hash = createHash('sha256');
  for (const name of names) {
    hash.update(name.replaceAll('\\', '/')).update('\0').update(readFileSync(join(here, name))).update('\0');
  }
  return hash.digest('hex');
}

function textOf(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}
