// Reads package URLs, one a line, by the reference library, and prints their parts as JSON, one a line.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const { PackageURL } = createRequire(`${process.env.BOTHY_MODULES}/`)('packageurl-js');
for (const line of readFileSync(0, 'utf8').split('\n').filter(line => line)) {
  const { type, namespace, name, version, qualifiers } = PackageURL.fromString(line);
  const sorted = Object.fromEntries(Object.entries(qualifiers ?? {}).sort());
  console.log(JSON.stringify({ type, namespace: namespace ?? null, name, version: version ?? null, qualifiers: sorted }));
}
