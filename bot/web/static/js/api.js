// Requests to the page's own server; what is refused becomes an Error with words for the person.

async function answer(response) {
  let data = null;
  try {
    data = await response.json();
  } catch {
    // Not JSON: the server is gone or something else answers; said below.
  }
  if (!response.ok) throw new Error(data?.error ?? "小安没有回应，请再试一次。");
  return data;
}

async function request(path, options) {
  let response;
  try {
    response = await fetch(`api/${path}`, { credentials: "same-origin", ...options });
  } catch {
    throw new Error("连不上小安，看看程序还开着没有。");
  }
  return answer(response);
}

export const get = (path, query = {}) => request(`${path}?${new URLSearchParams(query)}`);

export const post = (path, data) =>
  request(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(data) });

export const upload = (file, name) =>
  request(`upload?${new URLSearchParams({ name, type: file.type })}`, {
    method: "POST",
    headers: { "Content-Type": "application/octet-stream" },
    body: file,
  });
