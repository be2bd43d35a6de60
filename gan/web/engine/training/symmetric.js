// Symmetric matrices, as rows of numbers.

const SWEEPS = 12; // Jacobi's method converges quadratically

/** a · b. */
export const product = (a, b) =>
  a.map((row) => Float64Array.from(row, (_, j) => row.reduce((sum, value, k) => sum + value * b[k][j], 0)));

/** The eigenvalues of a symmetric matrix; `vectors`, if given, becomes its eigenvectors, by columns (Jacobi 1846). */
export function eigenvalues(matrix, vectors = null) {
  const a = matrix.map((row) => Float64Array.from(row));
  const n = a.length;
  for (let sweep = 0; sweep < SWEEPS; sweep++)
    for (let p = 0; p < n - 1; p++) for (let q = p + 1; q < n; q++) rotate(a, vectors, p, q);
  return a.map((row, i) => row[i]);
}

// Turn the plane of p and q until a[p][q] is 0.
function rotate(a, vectors, p, q) {
  if (Math.abs(a[p][q]) < 1e-300) return;
  const theta = (a[q][q] - a[p][p]) / (2 * a[p][q]);
  const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (const row of vectors ? [...a, ...vectors] : a)
    [row[p], row[q]] = [c * row[p] - s * row[q], s * row[p] + c * row[q]];
  for (let i = 0; i < a.length; i++) [a[p][i], a[q][i]] = [c * a[p][i] - s * a[q][i], s * a[p][i] + c * a[q][i]];
}

/** The symmetric square root of a matrix without negative eigenvalues (those of rounding count as 0). */
export function squareRoot(matrix) {
  const n = matrix.length;
  const vectors = matrix.map((_, i) => Float64Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)));
  const values = eigenvalues(matrix, vectors).map((value) => Math.sqrt(Math.max(value, 0)));
  const scaled = vectors.map((row) => row.map((value, j) => value * values[j]));
  const transposed = vectors.map((_, i) => Float64Array.from(vectors, (row) => row[i]));
  return product(scaled, transposed);
}
