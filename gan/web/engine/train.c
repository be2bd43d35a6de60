// The arithmetic of a training step in float32, with WebAssembly's fixed-width SIMD: no library, no memory of its own.
// training/kernels.js gives every function its room. Matrices lie row by row: activations [rows, width], weights
// [outputs, inputs] as in PyTorch. Widths of elementwise functions are multiples of 4.

#include <stdint.h>
#include <wasm_simd128.h>

#define EXPORT(name) __attribute__((export_name(#name)))
#define UNROLLED _Pragma("unroll")

// Products of matrices: C [m, n] (+)= A [m, k] B [k, n]
//
// A tile of 4 × 8 sums stays in registers. What it reads is packed in the order of reading: of A, 4 rows side by side, of
// B, 8 columns side by side, at most DEPTH deep, so that both stay in the processor's first cache.

enum { LANES = 4, ROWS = 4, COLUMNS = 8, DEPTH = 512 };

static inline int least(int a, int b) { return a < b ? a : b; }

// `side` rows of a matrix (of a transposed one: columns) from `first` on side by side: [depth, side], zeros beyond `end`.
// `row` and `column` say how many floats it is to the next one.
static float *packed(const float *matrix, int row, int column, int first, int end, int side, int from, int depth,
                     float *out) {
  const float *at = matrix + first * row + from * column;
  int there = least(side, end - first);
  if (row == 1 && there == side) {
    for (int k = 0; k < depth; k++, at += column)
      for (int i = 0; i < side; i += LANES) wasm_v128_store(out + k * side + i, wasm_v128_load(at + i));
  } else {
    for (int i = 0; i < side; i++)
      for (int k = 0; k < depth; k++) out[k * side + i] = i < there ? at[i * row + k * column] : 0;
  }
  return out + side * depth;
}

// One tile: a [depth, 4], b [depth, 8]; of its sums, `rows` × `columns` are wanted.
static inline void tile(const float *a, const float *b, int depth, float *c, int stride, int rows, int columns, int add) {
  v128_t sums[ROWS][COLUMNS / LANES] = {0};
  for (int k = 0; k < depth; k++, a += ROWS, b += COLUMNS) {
    v128_t left = wasm_v128_load(b), right = wasm_v128_load(b + LANES);
    UNROLLED for (int i = 0; i < ROWS; i++) {
      v128_t factor = wasm_v128_load32_splat(a + i);
      sums[i][0] = wasm_f32x4_add(sums[i][0], wasm_f32x4_mul(factor, left));
      sums[i][1] = wasm_f32x4_add(sums[i][1], wasm_f32x4_mul(factor, right));
    }
  }
  UNROLLED for (int i = 0; i < ROWS; i++) {
    if (i >= rows) return;
    UNROLLED for (int j = 0; j < COLUMNS / LANES; j++) {
      float *to = c + i * stride + j * LANES;
      if (columns >= (j + 1) * LANES) {
        wasm_v128_store(to, add ? wasm_f32x4_add(wasm_v128_load(to), sums[i][j]) : sums[i][j]);
      } else {
        v128_t rest = sums[i][j];
        for (int there = columns - j * LANES; there > 0; there--, to++) {
          *to = (add ? *to : 0) + wasm_f32x4_extract_lane(rest, 0);
          rest = wasm_i32x4_shuffle(rest, rest, 1, 2, 3, 0);
        }
      }
    }
  }
}

static void product(const float *a, int a_row, int a_column, const float *b, int b_row, int b_column, float *c, int m,
                    int n, int k, int add, float *room) {
  for (int from = 0; from < k; from += DEPTH) {
    int depth = least(DEPTH, k - from);
    float *panel = room;
    for (int i = 0; i < m; i += ROWS) panel = packed(a, a_row, a_column, i, m, ROWS, from, depth, panel);
    for (int j = 0; j < n; j += COLUMNS) {
      packed(b, b_column, b_row, j, n, COLUMNS, from, depth, panel);
      for (int i = 0; i < m; i += ROWS)
        tile(room + i * depth, panel, depth, c + i * n + j, n, m - i, n - j, add || from);
    }
  }
}

// A linear layer: y [rows, outputs] = x [rows, inputs] · weightᵀ (+ bias).
EXPORT(linear)
void linear(const float *x, const float *weight, const float *bias, float *y, int rows, int inputs, int outputs,
            float *room) {
  if (bias)
    for (int r = 0; r < rows; r++)
      for (int o = 0; o < outputs; o++) y[r * outputs + o] = bias[o];
  product(x, inputs, 1, weight, 1, inputs, y, rows, outputs, inputs, bias != 0, room);
}

// Its gradient by the input: dx [rows, inputs] = dy [rows, outputs] · weight.
EXPORT(linear_by_input)
void linear_by_input(const float *dy, const float *weight, float *dx, int rows, int inputs, int outputs, float *room) {
  product(dy, outputs, 1, weight, inputs, 1, dx, rows, inputs, outputs, 0, room);
}

// Its gradient by the weights: dw [outputs, inputs] (+)= dyᵀ · x.
EXPORT(linear_by_weight)
void linear_by_weight(const float *dy, const float *x, float *dw, int rows, int inputs, int outputs, int add,
                      float *room) {
  product(dy, 1, outputs, x, inputs, 1, dw, outputs, inputs, rows, add, room);
}

// Its gradient by the bias: db [outputs] = the sums of dy's columns.
EXPORT(sum_rows) void sum_rows(const float *dy, float *db, int rows, int outputs) {
  for (int o = 0; o < outputs; o++) db[o] = 0;
  for (int r = 0; r < rows; r++)
    for (int o = 0; o < outputs; o++) db[o] += dy[r * outputs + o];
}

// Activations, in place

static inline v128_t all(float value) { return wasm_f32x4_splat(value); }

static inline v128_t where(v128_t condition, v128_t yes, v128_t no) { return wasm_v128_bitselect(yes, no, condition); }

// x, where it is positive, and slope · x elsewhere; ReLU has the slope 0.
EXPORT(leaky_relu) void leaky_relu(float *x, int count, float slope) {
  for (int i = 0; i < count; i += LANES) {
    v128_t v = wasm_v128_load(x + i);
    wasm_v128_store(x + i, where(wasm_f32x4_gt(v, all(0)), v, wasm_f32x4_mul(v, all(slope))));
  }
}

// Its gradient: y is what it returned, which has the input's sign.
EXPORT(leaky_relu_gradient) void leaky_relu_gradient(const float *y, float *dy, int count, float slope) {
  for (int i = 0; i < count; i += LANES) {
    v128_t d = wasm_v128_load(dy + i);
    wasm_v128_store(dy + i, where(wasm_f32x4_gt(wasm_v128_load(y + i), all(0)), d, wasm_f32x4_mul(d, all(slope))));
  }
}

// e^x for x in −87 … 0, to some 1e-7 of it: 2ⁿ · e^r with |r| ≤ ½ ln 2, and e^r as a polynomial (Cephes' expf).
static inline v128_t exponential(v128_t x) {
  v128_t n = wasm_f32x4_nearest(wasm_f32x4_mul(x, all(1.44269504f)));
  v128_t r = wasm_f32x4_sub(x, wasm_f32x4_mul(n, all(0.693359375f)));
  r = wasm_f32x4_add(r, wasm_f32x4_mul(n, all(2.12194440e-4f)));
  const float terms[] = {1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f, 1, 1};
  v128_t sum = all(1.9875691500e-4f);
  UNROLLED for (int i = 0; i < 7; i++) sum = wasm_f32x4_add(wasm_f32x4_mul(sum, r), all(terms[i]));
  v128_t power = wasm_i32x4_shl(wasm_i32x4_add(wasm_i32x4_trunc_sat_f32x4(n), wasm_i32x4_splat(127)), 23);
  return wasm_f32x4_mul(sum, power);
}

EXPORT(tanh_) void tanh_(float *x, int count) {
  for (int i = 0; i < count; i += LANES) {
    v128_t v = wasm_v128_load(x + i);
    v128_t e = exponential(wasm_f32x4_max(wasm_f32x4_mul(wasm_f32x4_abs(v), all(-2)), all(-80)));  // NaN stays NaN
    v128_t t = wasm_f32x4_sub(all(1), wasm_f32x4_div(wasm_f32x4_mul(all(2), e), wasm_f32x4_add(all(1), e)));
    wasm_v128_store(x + i, wasm_v128_or(t, wasm_v128_and(v, all(-0.0f))));  // with the sign of x
  }
}

EXPORT(tanh_gradient) void tanh_gradient(const float *y, float *dy, int count) {
  for (int i = 0; i < count; i += LANES) {
    v128_t t = wasm_v128_load(y + i);
    v128_t slope = wasm_f32x4_sub(all(1), wasm_f32x4_mul(t, t));
    wasm_v128_store(dy + i, wasm_f32x4_mul(wasm_v128_load(dy + i), slope));
  }
}

// Batch normalisation (Ioffe & Szegedy 2015) with the statistics of the batch, which are taken into the running ones, of
// weight `momentum`. `normal` [rows, width] and `scale` [width], 1 / the deviation, are kept for the gradient.
EXPORT(batch_norm)
void batch_norm(const float *x, const float *weight, const float *bias, float *y, float *normal, float *scale,
                float *running_mean, float *running_var, float momentum, int rows, int width) {
  for (int j = 0; j < width; j += LANES) {
    v128_t sum = all(0), squares = all(0);
    for (int r = 0; r < rows; r++) sum = wasm_f32x4_add(sum, wasm_v128_load(x + r * width + j));
    v128_t mean = wasm_f32x4_mul(sum, all(1.0f / rows));
    for (int r = 0; r < rows; r++) {
      v128_t from_mean = wasm_f32x4_sub(wasm_v128_load(x + r * width + j), mean);
      squares = wasm_f32x4_add(squares, wasm_f32x4_mul(from_mean, from_mean));
    }
    v128_t variance = wasm_f32x4_mul(squares, all(1.0f / rows));
    v128_t by = wasm_f32x4_div(all(1), wasm_f32x4_sqrt(wasm_f32x4_add(variance, all(1e-5f))));
    wasm_v128_store(scale + j, by);
    v128_t w = wasm_v128_load(weight + j), b = wasm_v128_load(bias + j);
    for (int r = 0; r < rows; r++) {
      v128_t n = wasm_f32x4_mul(wasm_f32x4_sub(wasm_v128_load(x + r * width + j), mean), by);
      wasm_v128_store(normal + r * width + j, n);
      wasm_v128_store(y + r * width + j, wasm_f32x4_add(wasm_f32x4_mul(n, w), b));
    }
    v128_t unbiased = wasm_f32x4_mul(squares, all(1.0f / (rows - 1)));
    v128_t old_mean = wasm_v128_load(running_mean + j), old_var = wasm_v128_load(running_var + j);
    v128_t towards_mean = wasm_f32x4_mul(wasm_f32x4_sub(mean, old_mean), all(momentum));
    v128_t towards_var = wasm_f32x4_mul(wasm_f32x4_sub(unbiased, old_var), all(momentum));
    wasm_v128_store(running_mean + j, wasm_f32x4_add(old_mean, towards_mean));
    wasm_v128_store(running_var + j, wasm_f32x4_add(old_var, towards_var));
  }
}

// Its gradients: dy becomes dx, through the batch's mean and deviation.
EXPORT(batch_norm_gradient)
void batch_norm_gradient(float *dy, const float *normal, const float *scale, const float *weight, float *dweight,
                         float *dbias, int rows, int width) {
  for (int j = 0; j < width; j += LANES) {
    v128_t sum = all(0), with_normal = all(0);
    for (int r = 0; r < rows; r++) {
      v128_t d = wasm_v128_load(dy + r * width + j);
      sum = wasm_f32x4_add(sum, d);
      with_normal = wasm_f32x4_add(with_normal, wasm_f32x4_mul(d, wasm_v128_load(normal + r * width + j)));
    }
    wasm_v128_store(dbias + j, sum);
    wasm_v128_store(dweight + j, with_normal);
    v128_t factor = wasm_f32x4_mul(wasm_v128_load(weight + j), wasm_v128_load(scale + j));
    v128_t mean = wasm_f32x4_mul(sum, all(1.0f / rows)), slope = wasm_f32x4_mul(with_normal, all(1.0f / rows));
    for (int r = 0; r < rows; r++) {
      v128_t n = wasm_f32x4_mul(wasm_v128_load(normal + r * width + j), slope);
      v128_t d = wasm_f32x4_sub(wasm_f32x4_sub(wasm_v128_load(dy + r * width + j), mean), n);
      wasm_v128_store(dy + r * width + j, wasm_f32x4_mul(d, factor));
    }
  }
}

// The optimiser

// Adam (Kingma & Ba 2015) in place: `rate` is the step size over 1 − β₁ᵗ, `root` is √(1 − β₂ᵗ), and `new1` and `new2` are
// 1 − β₁ and 1 − β₂, which lose digits if they are computed in float32.
EXPORT(adam)
void adam(float *weights, const float *gradient, float *mean, float *square, int count, float rate, float beta1,
          float new1, float beta2, float new2, float root, float eps) {
  for (int i = 0; i < count; i += LANES) {
    v128_t g = wasm_v128_load(gradient + i), m = wasm_v128_load(mean + i), s = wasm_v128_load(square + i);
    m = wasm_f32x4_add(wasm_f32x4_mul(m, all(beta1)), wasm_f32x4_mul(g, all(new1)));
    s = wasm_f32x4_add(wasm_f32x4_mul(s, all(beta2)), wasm_f32x4_mul(wasm_f32x4_mul(g, g), all(new2)));
    wasm_v128_store(mean + i, m);
    wasm_v128_store(square + i, s);
    v128_t deviation = wasm_f32x4_add(wasm_f32x4_div(wasm_f32x4_sqrt(s), all(root)), all(eps));
    v128_t w = wasm_v128_load(weights + i);
    wasm_v128_store(weights + i, wasm_f32x4_sub(w, wasm_f32x4_mul(wasm_f32x4_div(m, deviation), all(rate))));
  }
}

// average ← average + weight · (values − average)
EXPORT(move_average) void move_average(float *average, const float *values, int count, float weight) {
  for (int i = 0; i < count; i += LANES) {
    v128_t a = wasm_v128_load(average + i);
    v128_t difference = wasm_f32x4_sub(wasm_v128_load(values + i), a);
    wasm_v128_store(average + i, wasm_f32x4_add(a, wasm_f32x4_mul(difference, all(weight))));
  }
}
