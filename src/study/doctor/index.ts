export { type Examination, examine, formatExamination, type Observation } from './doctor.js';
