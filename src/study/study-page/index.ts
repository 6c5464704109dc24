export { type StudyPageOptions, studyPage } from './study-page.js';
