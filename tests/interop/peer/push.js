// Pushes documents with PouchDB's own replicator, at its own defaults, from a LevelDB database that
// holds nothing else. What it takes is measured from outside.
'use strict';

const fs = require('fs');
const path = require('path');
const { parseArgs } = require('util');

const { values } = parseArgs({
    options: {
        documents: { type: 'string' },
        to: { type: 'string' },
        dir: { type: 'string' },
        tries: { type: 'string', default: '1' },
        help: { type: 'boolean', default: false },
    },
});
if (values.help || !values.documents || !values.to || !values.dir) {
    console.log('Usage: node push.js --documents FILE --to URL --dir FOLDER [--tries N]\n' +
        'FILE: one JSON document a line. Prints {"written":N,"failures":N,"error":TEXT} at the end.');
    process.exit(values.help ? 0 : 2);
}

async function main() {
    const PouchDB = require('pouchdb');
    fs.mkdirSync(values.dir, { recursive: true });
    const source = new PouchDB(path.join(path.resolve(values.dir), 'source'));
    const lines = fs.readFileSync(values.documents, 'utf8').split('\n').filter(Boolean);
    const stored = await source.bulkDocs(lines.map((line) => JSON.parse(line)));
    if (stored.some((row) => row.error)) throw new Error('PouchDB does not take the documents');
    const said = { written: 0, failures: 0, error: '' };
    for (let i = 0; i < Number(values.tries); ++i) {
        try {
            const result = await source.replicate.to(values.to);
            said.written += result.docs_written;
            said.error = '';
            break;
        } catch (error) {
            said.failures += 1;
            said.error = String(error.message || error);
            said.written += (error.result && error.result.docs_written) || 0;
        }
    }
    console.log(JSON.stringify(said));
    await source.close();
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});
