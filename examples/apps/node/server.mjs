import { createServer } from 'node:http';
import { greeting } from './lib/greeting.mjs';

const server = createServer((request, response) => {
  const { pathname } = new URL(request.url, 'http://localhost');
  response.writeHead(pathname === '/' ? 200 : 404, { 'content-type': 'text/plain' });
  response.end(pathname === '/' ? greeting(process.getuid()) : 'not found\n');
});

server.listen(process.env.PORT ?? 8080);
process.on('SIGTERM', () => server.close());
