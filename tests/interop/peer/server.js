// Starts express-pouchdb on a loopback port, with its databases as LevelDB folders in --dir.
'use strict';

const fs = require('fs');
const path = require('path');
const { parseArgs } = require('util');

const { values } = parseArgs({
    options: {
        port: { type: 'string', default: '0' },
        dir: { type: 'string' },
        poison: { type: 'string' },
        help: { type: 'boolean', default: false },
    },
});
if (values.help || !values.dir) {
    console.log('Usage: node server.js --dir FOLDER [--port N] [--poison TEXT]\n' +
        'Prints "listening http://127.0.0.1:PORT/" when ready; ends on SIGTERM.\n' +
        'Refuses whole each _bulk_docs with TEXT in it, as CouchDB does for a document too large.');
    process.exit(values.help ? 0 : 2);
}

const directory = path.resolve(values.dir);
fs.mkdirSync(directory, { recursive: true });
process.chdir(directory); // express-pouchdb puts its log and its own databases beside the data

const express = require('express');
const expressPouchDB = require('express-pouchdb');
const PouchDB = require('pouchdb').defaults({ prefix: directory + path.sep });

const app = express();
if (values.poison) {
    app.post('/:db/_bulk_docs', express.json({ limit: '1gb' }), (request, response, next) => {
        if (!JSON.stringify(request.body).includes(values.poison)) {
            next();
            return;
        }
        response.status(413).json({ error: 'document_too_large', reason: values.poison });
    });
}
app.use('/', expressPouchDB(PouchDB, {
    configPath: path.join(directory, 'config.json'),
    logPath: path.join(directory, 'log.txt'),
    overrideMode: { exclude: ['routes/fauxton'] },
}));

const server = app.listen(Number(values.port), '127.0.0.1', () => {
    console.log(`listening http://127.0.0.1:${server.address().port}/`);
});
process.on('SIGTERM', () => {
    server.close(() => process.exit(0));
    server.closeAllConnections();
});
