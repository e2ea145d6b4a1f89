// SPDX-License-Identifier: GPL-3.0-or-later
'use strict';

// onnxruntime, driven by compare.py through standard input.
//
//     node runner-onnxruntime.js NODE_MODULES NETWORK.onnx THREADS
//          WIDTH HEIGHT CONTENT.f32 WIDTH HEIGHT STYLE.f32
//
// Pictures are float32 [height, width, 3]. "run" answers with the seconds of one run,
// "save FILE" writes its picture.

const fs = require ('fs');
const path = require ('path');
const readline = require ('readline');

const [modules, network, threads, ...pictures] = process.argv.slice (2);
const ort = require (path.join (path.resolve (modules), 'onnxruntime-node'));

// [h, w, 3] -> [1, 3, h, w]
function readPicture (width, height, file)
{
  const bytes = fs.readFileSync (file);
  const hwc = new Float32Array (bytes.buffer, bytes.byteOffset, bytes.length / 4);
  const n = width * height;
  const planes = new Float32Array (3 * n);

  for (let i = 0; i < n; i++)
    for (let k = 0; k < 3; k++)
      planes[k * n + i] = hwc[3 * i + k];

  return new ort.Tensor ('float32', planes, [1, 3, height, width]);
}

function writePicture (tensor, file)
{
  const n = tensor.dims[2] * tensor.dims[3];
  const hwc = new Float32Array (3 * n);

  for (let i = 0; i < n; i++)
    for (let k = 0; k < 3; k++)
      hwc[3 * i + k] = tensor.data[k * n + i];

  fs.writeFileSync (file, Buffer.from (hwc.buffer));
}

async function main ()
{
  const content = readPicture (+pictures[0], +pictures[1], pictures[2]);
  const style = readPicture (+pictures[3], +pictures[4], pictures[5]);
  const session = await ort.InferenceSession.create (network, {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: +threads,
    interOpNumThreads: 1,
    freeDimensionOverrides: {
      content_h: +pictures[1], content_w: +pictures[0],
      style_h: +pictures[4], style_w: +pictures[3],
    },
  });
  let picture = null;

  console.log ('ready');
  for await (const line of readline.createInterface ({ input: process.stdin }))
    if (line === 'run')
      {
        const begun = process.hrtime.bigint ();

        ({ picture } = await session.run ({ content, style }));
        console.log (Number (process.hrtime.bigint () - begun) / 1e9);
      }
    else if (line.startsWith ('save '))
      {
        writePicture (picture, line.slice (5));
        console.log ('saved');
      }
}

main ();
