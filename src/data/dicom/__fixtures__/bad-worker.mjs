// What threads run into with the worst of files: the first byte says which.
export default async function read({ bytes }) {
  if (bytes[0] === 1) for (;;);
  if (bytes[0] === 2) for (const grown = []; ; ) grown.push(new Array(1000).fill(grown.length));
  if (bytes[0] === 3) process.exit(9);
  if (bytes[0] === 4) throw new Error('Mustermann^Erika');
  return { picture: { pixels: new Uint8Array(bytes), width: bytes.length, height: 1, facts: {} } };
}
