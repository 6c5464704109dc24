import { type Command, Option } from 'commander';
import { watchProgress } from '../base/index.js';
import type { ExportResult } from '../data/index.js';
import { addGroup, addVerb, listOf, print, type Session, wholeNumber } from './verb.js';

/** `synray export onnx|webdataset|coco` */
export function exportVerb(program: Command, session: Session): void {
  const group = addGroup(program, 'export', 'write a model or a data set for other programs');
  addVerb(group, 'onnx', 'image encoder, text encoder and tokenizer for onnxruntime', [
    'export onnx --model runs/reader --out runs/qs/onnx',
    'export onnx --model runs/reader --out runs/qs/onnx --pixels float32 --no-check',
  ])
    .requiredOption('--model <folder>', 'folder of a model or of a training run')
    .requiredOption('--out <folder>', 'folder to write')
    .addOption(
      new Option('--pixels <type>', "type of the pictures' grey values")
        .choices(['uint8', 'float32'] as const)
        .default('uint8' as const),
    )
    .option('--no-check', 'do not run what was written in onnxruntime')
    .addHelpText(
      'after',
      '\nThe check runs both networks in onnxruntime (onnxruntime-node or onnxruntime-web, whichever is installed) and' +
        '\nin libtorch; where they differ by more than 1e-4, nothing is written.',
    )
    .action(async options => {
      const { exportOnnx } = await import('../models/onnx/index.js');
      const { model, out, pixels, check } = options;
      const result = await exportOnnx({ model, out, pixels, check, signal: session.signal });
      const { checked } = result;
      const said =
        checked === null
          ? 'not checked'
          : `differs from libtorch by ${Math.max(...Object.values(checked.differences)).toExponential(1)} at most (${checked.runtime})`;
      print(session, options, { json: result, text: `${out}: image.onnx, text.onnx; ${said}` });
    });
  exportDatasetVerbs(group, session);
}

function exportDatasetVerbs(group: Command, session: Session): void {
  addVerb(group, 'webdataset', 'a data set as WebDataset archives: picture, text, JSON and masks a sample', [
    'export webdataset runs/nih --out runs/nih-tars',
    'export webdataset runs/nih --splits train --shard-bytes 300000000 --out runs/nih-tars',
  ])
    .argument('<dataset>', 'folder of the data set')
    .requiredOption('--out <folder>', 'folder to write')
    .option('--shard-bytes <number>', 'close an archive at this size (default: 1000000000)', wholeNumber(1))
    .option('--splits <names>', 'splits to export (default: all)', listOf)
    .addHelpText('after', '\nWhat the detector read (attenuation) and twins without a finding are left out.')
    .action(async (dataset, options) => {
      const { exportWebDataset } = await import('../data/index.js');
      const { out, shardBytes, splits } = options;
      const run = (onProgress: OnProgress) =>
        exportWebDataset({ dataset, out, shardBytes, splits, onProgress, signal: session.signal });
      await exportAndPrint(session, options, run, 'archives');
    });
  addVerb(group, 'coco', 'findings and structures of a data set in the form of COCO: boxes and masks', [
    'export coco runs/rsna --out runs/rsna-coco',
  ])
    .argument('<dataset>', 'folder of the data set')
    .requiredOption('--out <folder>', 'folder to write')
    .option('--splits <names>', 'splits to export (default: all)', listOf)
    .action(async (dataset, options) => {
      const { exportCoco } = await import('../data/index.js');
      const { out, splits } = options;
      const run = (onProgress: OnProgress) =>
        exportCoco({ dataset, out, splits, onProgress, signal: session.signal });
      await exportAndPrint(session, options, run, 'tables');
    });
}

type OnProgress = (done: number, total: number) => void;

async function exportAndPrint(
  session: Session,
  options: { out: string; json?: boolean },
  run: (onProgress: OnProgress) => Promise<ExportResult>,
  what: string,
): Promise<void> {
  const progress = watchProgress('exporting', 'samples');
  const result = await run(progress.update).finally(progress.stop);
  const { samples, files } = result;
  print(session, options, {
    json: result,
    text: `${options.out}: ${samples} samples; ${what}: ${files.length}`,
  });
}
