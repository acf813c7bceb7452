// Judges CycloneDX documents by the published schema of their version, as the project's own library validates it: node cyclonedx.cjs VERSION FILE...
const { readFileSync } = require('fs');
const { Validation } = require('@cyclonedx/cyclonedx-library');

(async () => {
  const [version, ...files] = process.argv.slice(2);
  const validator = new Validation.JsonStrictValidator(version);
  for (const file of files) {
    const error = await validator.validate(readFileSync(file, 'utf8'));
    if (error !== null) {
      console.error(`${file}: ${JSON.stringify(error, null, 1).slice(0, 4000)}`);
      process.exitCode = 1;
    }
  }
})();
