// SPDX-License-Identifier: GPL-3.0-or-later

// ncnn, driven by compare.py through standard input.
//
//     runner-ncnn FOLDER THREADS WIDTH HEIGHT CONTENT.f32 WIDTH HEIGHT STYLE.f32
//
// FOLDER holds encoder.param, encoder.bin, decoder.param and decoder.bin as export.py
// writes them; pictures are float32 [height, width, 3]. "run" answers with the seconds of
// one run, "save FILE" writes its picture. To build:
//
//     g++ -O3 -fopenmp -INCNN/src -IBUILD/src runner-ncnn.cpp BUILD/src/libncnn.a -o
//     runner-ncnn

#include "net.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

static void
fail (const std::string &what)
{
  std::cerr << "runner-ncnn: " << what << "\n";
  std::exit (EXIT_FAILURE);
}

// [h, w, 3] -> a plane for each channel
static ncnn::Mat
read_picture (int w, int h, const char *path)
{
  std::vector<float> hwc (3 * (size_t) w * h);
  std::ifstream      file (path, std::ios::binary);
  ncnn::Mat          picture (w, h, 3);

  if (!file.read ((char *) hwc.data (), hwc.size () * sizeof (float)))
    fail (std::string ("cannot read ") + path);
  for (int k = 0; k < 3; k++)
    for (size_t i = 0; i < (size_t) w * h; i++)
      picture.channel (k)[i] = hwc[3 * i + k];

  return picture;
}

static void
write_picture (const ncnn::Mat &picture, const std::string &path)
{
  const size_t       n = (size_t) picture.w * picture.h;
  std::vector<float> hwc (3 * n);

  for (int k = 0; k < 3; k++)
    for (size_t i = 0; i < n; i++)
      hwc[3 * i + k] = picture.channel (k)[i];
  std::ofstream (path, std::ios::binary)
      .write ((const char *) hwc.data (), hwc.size () * sizeof (float));
}

static void
mean_std (const ncnn::Mat &x, int k, float &mean, float &std)
{
  const float *p   = x.channel (k);
  const int    n   = x.w * x.h;
  float        sum = 0.0f, squares = 0.0f;

#pragma omp simd reduction(+ : sum)
  for (int i = 0; i < n; i++)
    sum += p[i];
  mean = sum / n;
#pragma omp simd reduction(+ : squares)
  for (int i = 0; i < n; i++)
    squares += (p[i] - mean) * (p[i] - mean);
  std = std::sqrt (squares / (n - 1) + 1e-5f);
}

static void
adain (ncnn::Mat &content, const ncnn::Mat &style, int threads)
{
#pragma omp parallel for num_threads(threads)
  for (int k = 0; k < content.c; k++)
    {
      float       *p = content.channel (k);
      float        mean, std, style_mean, style_std;
      const float *wanted = style.channel (k);
      const float  high   = *std::max_element (wanted, wanted + style.w * style.h);

      mean_std (content, k, mean, std);
      mean_std (style, k, style_mean, style_std);
      const float gain = std::min (style_std / std, 4.0f);

#pragma omp simd
      for (int i = 0; i < content.w * content.h; i++)
        p[i] = std::min ((p[i] - mean) * gain + style_mean, high);
    }
}

class Network
{
public:
  Network (const std::string &folder, const char *name, int threads)
  {
    const std::string path = folder + "/" + name;

    // The fastest settings for float32. Without F(6x6, 3x3) it chooses F(4x4, 3x3), which
    // took 0.74 to 0.91 of the time; its pool allocators took 1.02 to 1.08 times that of
    // none.
    net.opt.num_threads                = threads;
    net.opt.use_fp16_packed            = false;
    net.opt.use_fp16_storage           = false;
    net.opt.use_fp16_arithmetic        = false;
    net.opt.use_bf16_storage           = false;
    net.opt.use_winograd_convolution   = true;
    net.opt.use_winograd63_convolution = false;
    net.opt.use_sgemm_convolution      = true;
    net.opt.use_packing_layout         = true;
    net.opt.lightmode                  = true;
    if (net.load_param ((path + ".param").c_str ()) != 0 ||
        net.load_model ((path + ".bin").c_str ()) != 0)
      fail ("cannot load " + path);
  }

  ncnn::Mat
  run (const ncnn::Mat &x)
  {
    ncnn::Extractor extractor = net.create_extractor ();
    ncnn::Mat       y;

    extractor.input (net.input_indexes ()[0], x);
    if (extractor.extract (net.output_indexes ()[0], y) != 0)
      fail ("cannot run");

    return y;
  }

private:
  ncnn::Net net;
};

static double
run (Network &encoder, Network &decoder, const ncnn::Mat &content, const ncnn::Mat &style,
     int threads, ncnn::Mat &picture)
{
  const auto begun    = std::chrono::steady_clock::now ();
  ncnn::Mat  features = encoder.run (content);

  adain (features, encoder.run (style), threads);
  picture = decoder.run (features);

  return std::chrono::duration<double> (std::chrono::steady_clock::now () - begun)
      .count ();
}

int
main (int argc, char **argv)
{
  if (argc != 9)
    fail ("FOLDER THREADS WIDTH HEIGHT CONTENT.f32 WIDTH HEIGHT STYLE.f32 are needed");

  const int       threads = std::atoi (argv[2]);
  const ncnn::Mat content =
      read_picture (std::atoi (argv[3]), std::atoi (argv[4]), argv[5]);
  const ncnn::Mat style =
      read_picture (std::atoi (argv[6]), std::atoi (argv[7]), argv[8]);
  Network     encoder (argv[1], "encoder", threads);
  Network     decoder (argv[1], "decoder", threads);
  ncnn::Mat   picture;
  std::string line;

  std::cout << "ready" << std::endl;
  while (std::getline (std::cin, line))
    if (line == "run")
      {
        std::cout << run (encoder, decoder, content, style, threads, picture)
                  << std::endl;
      }
    else if (line.rfind ("save ", 0) == 0)
      {
        write_picture (picture, line.substr (5));
        std::cout << "saved" << std::endl;
      }

  return EXIT_SUCCESS;
}
