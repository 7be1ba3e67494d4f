$ErrorActionPreference = 'Stop'

Start-Service -Name $Service -ErrorAction SilentlyContinue
$found = Get-Service -Name $Service -ErrorAction SilentlyContinue
if (-not $found) { throw "service $Service does not exist" }
$found.WaitForStatus('Running', '00:01:00')
Write-Output "endpoint agent: $Title runs"
