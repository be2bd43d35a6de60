// The integer layers of gan/quantization.py, with WebAssembly's fixed-width SIMD: no library, no memory of its own.
//
//     sums = W x                                   int16 × int16 → int32, exact
//     t    = sums · multiplier + bias              float32, one operation at a time (-ffp-contract=off)
//     next = clamp(floor(activation(t) + ½))       int16 up to the next layer's levels; at last a place in the grey table
//
// A block of 4 digits × 8 outputs stays in registers: each load of weights serves four digits, each load of a pair of
// inputs serves eight outputs. Widths are multiples of 8 and digits of 4: kernel.js pads them with zeros.

#include <stdint.h>
#include <wasm_simd128.h>

enum { DIGITS = 4, OUTPUTS = 8, LANES = 4, GREY_END = 4096 };

#define EXPORT(name) __attribute__((export_name(#name)))

typedef struct {
  v128_t of[DIGITS][OUTPUTS / LANES];
} Block;

// Weights int8 [outputs, inputs], once on loading, widened and put in the order in which `products` reads them: int16
// [outputs / 8, width / 2, 8, 2]. Returns the largest sum of magnitudes of a row, which bounds its sums of products.
EXPORT(pack) int pack(const int8_t *weight, int outputs, int inputs, int width, int16_t *packed) {
  int largest = 0;
  for (int o = 0; o < outputs; o++) {
    int16_t *row = packed + o / OUTPUTS * OUTPUTS * width + o % OUTPUTS * 2;
    int sum = 0;
    for (int i = 0; i < inputs; i++) {
      int w = weight[o * inputs + i];
      row[i / 2 * 2 * OUTPUTS + i % 2] = w;
      sum += w < 0 ? -w : w;
    }
    if (sum > largest) largest = sum;
  }
  return largest;
}

// The sums of products of 4 digits, x int16 [4, width], with 8 outputs, weight int16 [width / 2, 8, 2].
static inline Block products(const int16_t *x, int width, const int16_t *weight) {
  Block sums = {0};
  for (int i = 0; i < width; i += 2, weight += 2 * OUTPUTS) {
    v128_t low = wasm_v128_load(weight), high = wasm_v128_load(weight + 2 * LANES);
#pragma unroll
    for (int d = 0; d < DIGITS; d++) {
      v128_t pair = wasm_v128_load32_splat(x + d * width + i);  // two inputs, four times
      sums.of[d][0] = wasm_i32x4_add(sums.of[d][0], wasm_i32x4_dot_i16x8(pair, low));
      sums.of[d][1] = wasm_i32x4_add(sums.of[d][1], wasm_i32x4_dot_i16x8(pair, high));
    }
  }
  return sums;
}

static inline v128_t scaled(v128_t sums, const float *multiplier, const float *bias) {
  v128_t t = wasm_f32x4_mul(wasm_f32x4_convert_i32x4(sums), wasm_v128_load(multiplier));
  return wasm_f32x4_add(t, wasm_v128_load(bias));
}

static inline v128_t rounded(v128_t t, float end) {  // int32 in −end … end
  t = wasm_f32x4_floor(wasm_f32x4_add(t, wasm_f32x4_splat(0.5f)));
  t = wasm_f32x4_pmax(wasm_f32x4_pmin(t, wasm_f32x4_splat(end)), wasm_f32x4_splat(-end));
  return wasm_i32x4_trunc_sat_f32x4(t);
}

// A hidden layer: x int16 [digits, width] → out int16 [digits, outputs] in −levels … levels. ReLU has the slope 0.
EXPORT(hidden)
void hidden(int digits, const int16_t *x, int width, const int16_t *weight, const float *multiplier, const float *bias,
            float slope, float levels, int16_t *out, int outputs) {
  for (int o = 0; o < outputs; o += OUTPUTS)
    for (int d = 0; d < digits; d += DIGITS) {
      Block sums = products(x + d * width, width, weight + o * width);
#pragma unroll
      for (int i = 0; i < DIGITS; i++) {
        v128_t steps[2];
#pragma unroll
        for (int j = 0; j < 2; j++) {
          v128_t t = scaled(sums.of[i][j], multiplier + o + j * LANES, bias + o + j * LANES);
          t = wasm_f32x4_pmax(t, wasm_f32x4_mul(t, wasm_f32x4_splat(slope)));
          steps[j] = rounded(t, levels);
        }
        wasm_v128_store(out + (d + i) * outputs + o, wasm_i16x8_narrow_i32x4(steps[0], steps[1]));
      }
    }
}

// The last layer: x int16 [digits, width] → pixels uint8 [digits, outputs], by the table grey uint8 [8193].
EXPORT(last)
void last(int digits, const int16_t *x, int width, const int16_t *weight, const float *multiplier, const float *bias,
          const uint8_t *grey, uint8_t *pixels, int outputs) {
  for (int o = 0; o < outputs; o += OUTPUTS)
    for (int d = 0; d < digits; d += DIGITS) {
      Block sums = products(x + d * width, width, weight + o * width);
#pragma unroll
      for (int i = 0; i < DIGITS; i++)
#pragma unroll
        for (int j = 0; j < 2; j++) {
          v128_t place = rounded(scaled(sums.of[i][j], multiplier + o + j * LANES, bias + o + j * LANES), GREY_END);
          uint8_t *to = pixels + (d + i) * outputs + o + j * LANES;
          to[0] = grey[wasm_i32x4_extract_lane(place, 0) + GREY_END];
          to[1] = grey[wasm_i32x4_extract_lane(place, 1) + GREY_END];
          to[2] = grey[wasm_i32x4_extract_lane(place, 2) + GREY_END];
          to[3] = grey[wasm_i32x4_extract_lane(place, 3) + GREY_END];
        }
    }
}
