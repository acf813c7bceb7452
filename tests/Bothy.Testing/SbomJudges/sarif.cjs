// Judges SARIF logs by the published schema of version 2.1.0: node sarif.cjs FILE...
const { readFileSync } = require('fs');
const home = require.resolve('@microsoft/jest-sarif/package.json').replace(/package\.json$/, '');
const from = name => require(require.resolve(name, { paths: [home] }));
const Ajv = from('ajv');

const ajv = new Ajv({ schemaId: 'id', unknownFormats: 'ignore' });
ajv.addMetaSchema(from('ajv/lib/refs/json-schema-draft-04.json'));
const validate = ajv.compile(JSON.parse(readFileSync(`${home}lib/schemas/sarif-2.1.0-rtm.5.json`, 'utf8')));
for (const file of process.argv.slice(2)) {
  if (!validate(JSON.parse(readFileSync(file, 'utf8')))) {
    console.error(`${file}: ${JSON.stringify(validate.errors, null, 1).slice(0, 4000)}`);
    process.exitCode = 1;
  }
}
