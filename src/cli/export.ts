import { type Command, Option } from 'commander';
import { addGroup, addVerb, print, type Session } from './verb.js';

/** `synray export onnx` */
export function exportVerb(program: Command, session: Session): void {
  const group = addGroup(program, 'export', 'write a model for other programs');
  addVerb(group, 'onnx', 'image encoder, text encoder and tokenizer for onnxruntime', [
    'export onnx --model runs/qs/pretrain --out runs/qs/onnx',
    'export onnx --model runs/qs/pretrain --out runs/qs/onnx --pixels float32 --no-check',
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
}
