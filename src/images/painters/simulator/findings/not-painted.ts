/**
 * Concepts of the shipped bank that a report may affirm and no picture of the simulator shows, each with the
 * reason. A painting names them as unknown; a test holds this list complete.
 */
export const notPainted: Readonly<Record<string, string>> = {
  'pulmonary embolism': 'most often the plain picture is normal: whatever was drawn would not be the embolus',
  'shoulder dislocation':
    'the upper arm is one piece with the trunk that it hangs on: its head alone, moved, would be a fracture',
};
