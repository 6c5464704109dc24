import { describe, expect, it } from 'vitest';
import { sectionOf } from './section.js';

function read(text: string, options: { json?: boolean; finishReason?: string; section?: 'impression' } = {}) {
  const { json = false, finishReason = 'stop', section = 'findings' } = options;
  const reply = { text, finishReason, promptTokens: 1, completionTokens: 1, estimated: false, stored: false };
  return sectionOf(reply, section, json);
}

describe('sectionOf', () => {
  it.each([
    ['plain text', 'The heart is large.', 'The heart is large.'],
    ['a heading', 'FINDINGS:\nThe heart is large.', 'The heart is large.'],
    ['a heading in Markdown', '**Findings:** The heart is large.', 'The heart is large.'],
    ['a heading with signs', '## FINDINGS\n\nThe heart is large.', 'The heart is large.'],
    ['a fence', '```text\nThe heart is large.\n```', 'The heart is large.'],
    ['thoughts', '<think>\nSide is left.\n</think>\n\nThe heart is large.', 'The heart is large.'],
    ['a remark before', 'Here is the FINDINGS section:\nThe heart is large.', 'The heart is large.'],
    ['quotation marks', '"The heart is large."', 'The heart is large.'],
    ['list signs', '- The heart is large.\n- No effusion.', 'The heart is large.\nNo effusion.'],
    ['the other section after it', 'The heart is large.\n\nIMPRESSION: Cardiomegaly.', 'The heart is large.'],
    ['both sections', 'Findings: The heart is large.\nImpression: Cardiomegaly.', 'The heart is large.'],
    ['organs as headings', 'LUNGS: Clear.\nHEART: Large.', 'LUNGS: Clear.\nHEART: Large.'],
  ])('takes off %s', (_, reply, text) => {
    expect(read(reply)).toEqual({ text });
  });

  it('takes IMPRESSION where that was asked for', () => {
    expect(read('Findings: Large heart.\nImpression:\n1. Cardiomegaly.', { section: 'impression' })).toEqual({
      text: '1. Cardiomegaly.',
    });
  });

  it.each([
    ['nothing', '', {}, 'empty'],
    ['only thoughts', '<think>Hm, let me', {}, 'empty'],
    ['only the other section', 'IMPRESSION: Cardiomegaly.', {}, 'empty'],
    ['a refusal', "I'm sorry, I can't help with that.", {}, 'refusal'],
    ['a refusal with other words', 'I cannot provide medical advice.', {}, 'refusal'],
    ['an apology of a machine', 'As an AI language model, I am not able to', {}, 'refusal'],
    ['a refusal in JSON', '{"findings": "I’m sorry, but no."}', { json: true }, 'refusal'],
    ['what the server held back', 'The', { finishReason: 'content_filter' }, 'refusal'],
    ['a text cut off', 'The heart is', { finishReason: 'length' }, 'truncated'],
    ['text where JSON was asked for', 'The heart is large.', { json: true }, 'garbled'],
    ['JSON of another form', '{"text": "The heart is large."}', { json: true }, 'garbled'],
    ['JSON of another type', '{"findings": ["The heart is large."]}', { json: true }, 'garbled'],
    ['a list in place of an object', '["findings"]', { json: true }, 'garbled'],
    ['empty JSON', '{"findings": " "}', { json: true }, 'empty'],
    ['a model that runs on', 'No effusion. '.repeat(1000), {}, 'garbled'],
  ])('finds fault with %s', (_, reply, options, fault) => {
    expect(read(reply, options)).toMatchObject({ fault });
  });

  it('reads the text out of JSON, fenced or not', () => {
    expect(read('{"findings": "Large heart."}', { json: true })).toEqual({ text: 'Large heart.' });
    expect(read('```json\n{"findings": "Large heart."}\n```', { json: true })).toEqual({
      text: 'Large heart.',
    });
  });

  it('does not take a report for a refusal', () => {
    expect(read('I see a large heart.')).toEqual({ text: 'I see a large heart.' });
    expect(read('Unable to exclude nothing. No effusion.')).toMatchObject({ text: expect.any(String) });
  });
});
