'use strict';
// What is shown is bounded whatever the length of a loop: a loop is one line with counters, iterations and executions come by pages, and of events
// the newest. Everything is written as text, never as markup.

const look = 1000;      // ms between two looks at what still changes
const rows = 50;        // of a page
const $ = id => document.getElementById(id);
let turn = 0;           // whoever waits for an answer of an earlier view lets it go
let timer = 0;

const element = (tag, text, name) => {
  const made = document.createElement(tag);
  if (text !== undefined && text !== null) made.textContent = text;
  if (name) made.className = name;
  return made;
};

const row = (...cells) => {
  const made = element('tr');
  for (const cell of cells) {
    const field = element('td');
    field.append(cell ?? '');
    made.append(field);
  }
  return made;
};

const word = status => element('span', status, status);
const time = text => text ? new Date(text).toLocaleString() : '';
const lasted = seconds => seconds === null || seconds === undefined ? '' : seconds < 60 ? `${seconds.toFixed(1)} s`
  : `${Math.floor(seconds / 3600)}:${String(Math.floor(seconds / 60) % 60).padStart(2, '0')}:${String(Math.floor(seconds) % 60).padStart(2, '0')}`;
const short = value => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 200 ? `${text.slice(0, 199)}…` : text;
};
const isOver = status => ['COMPLETED', 'FAILED', 'CANCELLED'].includes(status);

function tell(problem) {
  $('problem').textContent = problem ?? '';
  $('problem').hidden = !problem;
}

/** Asks the API; a caller without a valid token is asked for one. */
async function ask(path, method = 'GET') {
  const token = sessionStorage.getItem('token');
  const answer = await fetch(path, { method, headers: token ? { Authorization: `Bearer ${token}` } : {} });
  if (answer.status === 401) {
    show('sign-in');
    throw new Error(token ? 'The token is not valid in this cluster.' : 'A Kubernetes token is needed.');
  }
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.detail ?? `${answer.status}`);
  return body;
}

function show(part) {
  for (const id of ['sign-in', 'list', 'one']) $(id).hidden = id !== part;
}

const query = (form, more) => new URLSearchParams([...new FormData(form).entries(), ...Object.entries(more)].filter(([, value]) => value)).toString();

async function list(mine, cursor) {
  const answer = await ask(`api/executions?${query($('filters'), { limit: rows, cursor })}`);
  if (mine !== turn) return;
  show('list');
  if (!cursor) $('executions').replaceChildren();
  for (const one of answer.executions) {
    const link = element('a', one.name);
    link.href = `#/${one.execution_id}`;
    $('executions').append(row(link, one.namespace, one.path, word(one.status), one.progress?.text ?? '', time(one.start_time), lasted(one.duration_seconds)));
  }
  $('older').hidden = !answer.next_cursor;
  $('older').onclick = () => guard(() => list(mine, answer.next_cursor));
}

function standing(one) {
  const { total, succeeded, failed, active, text } = one.progress;
  const counts = total ? `${succeeded + failed} of ${total} iterations, ${active} active, ${failed} failed` : `${text || 'none'} of its steps`;
  $('standing').replaceChildren(word(one.status), ` ${one.path}, ${counts}, ${lasted(one.duration_seconds)}. ${one.message ?? ''}`);
}

function step(one) {
  const [done, total] = one.progress.split('/').map(Number);
  if (!total) return row(one.name, word(one.status), '', '');
  const bar = element('progress');
  bar.max = total;
  bar.value = done;
  return row(one.name, word(one.status), bar, one.progress);
}

const happening = one => row(one.event_id, time(one.created_at), one.event_type,
  `${one.step ?? ''}${one.iteration_index === null ? '' : `[${one.iteration_index}]`}`, short(one.error ?? one.result ?? one.context ?? ''));

/** Looks until the execution is over. */
async function follow(mine, id) {
  const one = await ask(`api/executions/${id}?page_size=${rows}`);
  if (mine !== turn) return;
  show('one');
  tell();
  $('where').textContent = `${one.namespace} / ${one.name}`;
  $('name').textContent = one.name;
  standing(one);
  $('steps').replaceChildren(...one.steps.map(step));
  $('failures').replaceChildren(...one.failures.map(one => row(one.count, one.signature, short(one.example))));
  $('failing').hidden = one.failures.length === 0;
  $('events').replaceChildren(...one.events.map(happening));
  $('controls').hidden = isOver(one.status);
  for (const button of document.querySelectorAll('#controls button')) {
    button.disabled = one.status === 'CANCELLING' || (button.dataset.verb === 'suspend' && one.status === 'PAUSED') || (button.dataset.verb === 'resume' && one.status !== 'PAUSED');
    button.onclick = () => guard(() => ask(`api/executions/${id}/${button.dataset.verb}`, 'POST'));
  }
  if (!isOver(one.status)) timer = setTimeout(() => guard(() => follow(mine, id), () => follow(mine, id)), look);
}

async function iterations(mine, id, cursor) {
  const answer = await ask(`api/executions/${id}/iterations?${query($('find'), { limit: rows, cursor })}`);
  if (mine !== turn) return;
  if (!cursor) $('iterations').replaceChildren();
  for (const one of answer.iterations) {
    $('iterations').append(row(`${one.step}[${one.iteration_index}]`, one.key, word(one.status), one.duration_ms === null ? '' : `${one.duration_ms.toFixed(1)} ms`,
      one.error ?? (one.result === null ? '' : short(one.result))));
  }
  $('more').hidden = !answer.next_cursor;
  $('more').onclick = () => guard(() => iterations(mine, id, answer.next_cursor));
}

/** Tells of what went wrong; `again` is tried after a while, for an operator that restarts is back in a moment. */
async function guard(work, again) {
  try {
    await work();
  } catch (failure) {
    tell(failure.message);
    if (again && $('sign-in').hidden) timer = setTimeout(() => guard(again, again), 5 * look);
  }
}

function go() {
  clearTimeout(timer);
  const mine = ++turn;
  const id = location.hash.replace(/^#\/?/, '');
  $('where').textContent = '';
  tell();
  if (!id) return guard(() => list(mine), () => list(mine));
  $('find').onsubmit = event => { event.preventDefault(); guard(() => iterations(mine, id)); };
  return guard(() => follow(mine, id), () => follow(mine, id)).then(() => guard(() => iterations(mine, id)));
}

addEventListener('hashchange', go);
addEventListener('DOMContentLoaded', () => {
  $('filters').onsubmit = event => { event.preventDefault(); go(); };
  $('sign-in').onsubmit = event => { event.preventDefault(); sessionStorage.setItem('token', $('token').value.trim()); $('token').value = ''; go(); };
  go();
});
