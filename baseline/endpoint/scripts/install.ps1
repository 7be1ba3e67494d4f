$ErrorActionPreference = 'Stop'
Set-Location $PSScriptRoot

$installers = @(Get-ChildItem -Path $PSScriptRoot -File | Where-Object { $_.Extension -in '.exe', '.msi' })
if ($installers.Count -ne 1) { throw "the package has $($installers.Count) installers, 1 is needed" }
$token = ''
if ($UsesToken) {
    Import-Module AWSPowerShell -ErrorAction SilentlyContinue
    $token = (Get-SECSecretValue -SecretId $env:SSM_TOKEN_SECRET -Region $env:SSM_TOKEN_REGION).SecretString
    if (-not $token -or $token.Contains($NotEntered)) { throw 'nobody has entered the token yet; docs/endpoint.md' }
}
$given = @($Arguments | ForEach-Object { $_.Replace('{token}', $token) })
$file = $installers[0].FullName
if ($installers[0].Extension -eq '.msi') {
    $given = @('/i', "`"$file`"") + $given
    $file = 'msiexec.exe'
}
$done = Start-Process -FilePath $file -ArgumentList $given -Wait -PassThru
# 3010: done, and Windows wants a restart.
if ($done.ExitCode -notin 0, 3010) { throw "the installer ended with $($done.ExitCode)" }
Start-Service -Name $Service -ErrorAction SilentlyContinue
(Get-Service -Name $Service).WaitForStatus('Running', '00:02:00')
Write-Output "endpoint agent: $Title runs"
