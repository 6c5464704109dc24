export { discover, type Shelf } from './discover.js';
export { type Studio, serveStudio, studioApp } from './server.js';
