import { readFile } from 'node:fs/promises';
import { html, raw } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

/** A whole page around its body, with the house's style inside. */
export async function page(
  title: string,
  body: HtmlEscapedString | Promise<HtmlEscapedString>,
): Promise<string> {
  const style = await readFile(new URL('./style.css', import.meta.url), 'utf8');
  const whole = await html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${raw(style)}</style>
</head>
<body>
<main>
${await body}
</main>
</body>
</html>
`;
  return whole.toString();
}
