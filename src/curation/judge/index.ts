export { answerOf, judgeChecks } from './judge.js';
export { copyQuestions, type Question, QuestionFile, readQuestions } from './questions.js';
export { JudgeSettings } from './settings.js';
