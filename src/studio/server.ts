import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { messageOf, SetupError } from '../base/index.js';
import type { Dataset, Sample } from '../data/index.js';
import { maskOverlay, pictureJpeg } from '../study/index.js';
import { discover, type Shelf } from './discover.js';
import { attenuationPng, LAYERS, layerPng } from './layers.js';
import { listSamples } from './listing.js';
import { listPage, messagePage, PAGE_SIZE, samplePage, shelfPage } from './pages.js';

/** Widest a picture is sent, in pixels. */
const PICTURE_WIDTH = 768;

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]', '::1']);

/**
 * The pages over a shelf. Requests choose among the shelf's entries by name and never name a file, so there
 * is no path to climb. The pages run no script and load nothing from elsewhere.
 * @param allowedHosts - Host names that requests may name; any, when not given.
 */
export function studioApp(shelf: Shelf, allowedHosts?: ReadonlySet<string>): Hono {
  const app = new Hono();
  app.use(
    secureHeaders({
      contentSecurityPolicy: {
        defaultSrc: ["'none'"],
        imgSrc: ["'self'", 'data:'],
        styleSrc: ["'unsafe-inline'"],
        baseUri: ["'none'"],
        formAction: ["'none'"],
        frameAncestors: ["'none'"],
      },
    }),
  );
  // A page elsewhere could point its own host name at this machine and read patients' pictures through the
  // visitor's browser; requests that name another host are refused.
  app.use(async (context, next) => {
    const host = new URL(context.req.url).hostname;
    if (allowedHosts === undefined || allowedHosts.has(host)) return next();
    return context.text('this host name is not served', 421);
  });
  app.get('/', async context => context.html(await shelfPage(shelf)));
  app.get('/reports/:name', async context => {
    const path = shelf.reports.get(context.req.param('name'));
    return path === undefined ? missing(context, 'report') : context.html(await readFile(path, 'utf8'));
  });
  app.get('/sets/:set', async context => {
    const name = context.req.param('set');
    const dataset = shelf.datasets.get(name);
    if (dataset === undefined) return missing(context, 'data set');
    const asked = Number(context.req.query('page') ?? 0);
    const selection = {
      split: context.req.query('split'),
      label: context.req.query('label'),
      offset: PAGE_SIZE * (Number.isSafeInteger(asked) && asked >= 0 && asked < 1e9 ? asked : 0),
      limit: PAGE_SIZE,
    };
    return context.html(await listPage(name, dataset, selection, await listSamples(dataset, selection)));
  });
  app.get('/sets/:set/samples/:id', context =>
    withSample(context, async (sample, name) => context.html(await samplePage(name, sample))),
  );
  app.get('/sets/:set/samples/:id/picture', context =>
    withSample(context, async sample =>
      image(context, 'image/jpeg', await pictureJpeg(sample, PICTURE_WIDTH)),
    ),
  );
  app.get('/sets/:set/samples/:id/mask/:index', context =>
    withSample(context, async sample => {
      const index = Number(context.req.param('index'));
      const region = sample.regions[index];
      const mask = region === undefined ? undefined : await maskOverlay(region, index, PICTURE_WIDTH);
      return mask === undefined ? missing(context, 'mask') : image(context, 'image/png', mask);
    }),
  );
  app.get('/sets/:set/samples/:id/attenuation', context =>
    withSample(context, async sample => {
      const picture = await attenuationPng(sample, PICTURE_WIDTH);
      return picture === undefined ? missing(context, 'attenuation') : image(context, 'image/png', picture);
    }),
  );
  for (const layer of LAYERS)
    app.get(`/sets/:set/samples/:id/${layer}/:index`, context =>
      withSample(context, async sample => {
        const region = sample.regions[Number(context.req.param('index'))];
        const picture = region && (await layerPng(sample, region, layer, PICTURE_WIDTH));
        return picture === undefined ? missing(context, layer) : image(context, 'image/png', picture);
      }),
    );
  app.notFound(context => missing(context, 'page'));
  app.onError(async (error, context) =>
    context.html(await messagePage('This could not be read', messageOf(error)), 500),
  );

  async function withSample(
    context: Context,
    use: (sample: Sample, name: string) => Promise<Response>,
  ): Promise<Response> {
    const name = context.req.param('set') ?? '';
    const dataset: Dataset | undefined = shelf.datasets.get(name);
    const sample = await dataset?.sample(context.req.param('id') ?? '');
    return sample === undefined ? missing(context, 'sample') : use(sample, name);
  }
  return app;
}

async function missing(context: Context, what: string): Promise<Response> {
  return context.html(await messagePage('Not here', `There is no such ${what}.`), 404);
}

function image(context: Context, type: string, bytes: Uint8Array): Response {
  return context.body(new Uint8Array(bytes), 200, {
    'content-type': type,
    'cache-control': 'private, max-age=60',
  });
}

/** A running studio. */
export interface Studio {
  readonly url: string;
  /** Resolves when it has ended. */
  readonly closed: Promise<void>;
}

/**
 * Serves a folder's data sets and reports as web pages.
 * @param options.host - Loopback unless given: pictures of patients are not for the network.
 * @param options.port - 0 takes any free one.
 * @throws InputError when there is nothing to show; SetupError when the port is taken
 */
export async function serveStudio(options: {
  folder: string;
  host?: string | undefined;
  port?: number | undefined;
  signal: AbortSignal;
}): Promise<Studio> {
  const { folder, host = '127.0.0.1', port = 4870, signal } = options;
  const shelf = await discover(folder);
  // Who opens it to a network may reach it under any name.
  const app = studioApp(shelf, LOOPBACK.has(host) ? LOOPBACK : undefined);
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: host, port }, (address: AddressInfo) => {
      const closed = new Promise<void>(done => server.on('close', done));
      signal.addEventListener('abort', () => server.close(), { once: true });
      resolve({ url: `http://${host}:${address.port}/`, closed });
    });
    server.on('error', error => {
      reject(
        new SetupError({
          fault: `cannot listen on ${host} port ${port}: ${messageOf(error)}`,
          mend: 'choose another port with --port',
          cause: error,
        }),
      );
    });
  });
}
