export const benchCorrupt = 0;
