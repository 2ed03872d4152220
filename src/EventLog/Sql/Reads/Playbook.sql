SELECT spec::text FROM playbook_version WHERE digest = $1
