import { z } from 'zod';
import { ChatSettings } from '../../chat/index.js';

/** Where the vision model is, how it is asked, and what it may cost. */
export const JudgeSettings = ChatSettings.omit({ attempts: true }).extend({
  /** Most sends of one request when the server fails or is busy. */
  sends: z.int().min(1).max(100).default(6),
  /** A file of questions in place of the one that ships with synray. */
  questions: z.string().min(1).optional(),
  /** How often a question is asked until the answer is yes or no. */
  asks: z.int().min(1).max(20).default(3),
  /** Longer side, in pixels, of the picture that is sent; smaller ones are sent as they are. */
  size: z.int().min(64).max(4096).default(512),
  /** Most tokens of one reply. Models that think aloud need more than a word. */
  replyTokens: z.int().min(1).max(32_768).default(16),
});
export type JudgeSettings = z.output<typeof JudgeSettings>;
